import type { Decoder } from "../../decode/decoder.ts";
import { eachMember, type MemberVisitor } from "../../decode/json-members.ts";
import type { MemberList } from "../../decode/member-list.ts";
import { isAbsentValue } from "./absent-value.ts";
import type { KeyMeaning, SourceTree } from "./source-tree.ts";
import { kindOf, type ValueKind } from "./value-kind.ts";

const OPEN_OBJECT = 0x7b;

/** Members of a LogEntry have names of their own, so that they are not taken for those of its payload. */
const ENTRY = "entry";
const ENTRY_PREFIX = `${ENTRY}.`;
const PAYLOADS = ["jsonPayload", "textPayload"];
/** Members that are kept for the next record. */
const MOST_KEPT = 1024;

/** A member of the record. Lent until the next record begins. */
export interface RecordMember {
  /** What stands before its key: names of the objects around it, each followed by a dot. */
  readonly prefix: string;
  readonly bytes: Buffer;
  /** The key with its quotes. */
  readonly keyStart: number;
  readonly keyEnd: number;
  /** The value's text. */
  readonly start: number;
  readonly end: number;
}

/** Where the values of a record's fields lie, and all that is no field. Made once, and read into record by record. */
export interface RecordValues {
  /** Forgets the record before. */
  begin(): void;
  /** Reads an object by the list of its members. */
  read(bytes: Buffer, members: MemberList): void;
  /** Reads the LogEntry around it, as `entry.…`; without its payload where that was `opened`. */
  readEntry(bytes: Buffer, start: number, end: number, opened: boolean): void;
  /** Fields that are there and have a value: not `null`, an empty text, list or object. */
  readonly foundCount: number;
  /** Their numbers, in order; what stands behind them is of records before. */
  readonly found: Int32Array;
  /** Null where the field is not found. */
  member(source: number): RecordMember | null;
  /** What the value of a field is that was found. */
  kind(source: number): ValueKind;
  /** Members that are no field, in order; of a field that came twice, those that do not count. */
  readonly others: readonly RecordMember[];
}

/** `keySlot` is that of the decoder whose lists are read; it knows all keys of the tree. */
export function createRecordValues(tree: SourceTree, fieldCount: number, keySlot: Decoder["keySlot"]): RecordValues {
  return new Values(tree, fieldCount, keySlot);
}

/** `RecordMember`, of which each record takes the same again. */
class Member implements RecordMember {
  prefix = "";
  bytes: Buffer = NO_BYTES;
  keyStart = 0;
  keyEnd = 0;
  start = 0;
  end = 0;
}

const NO_BYTES = Buffer.alloc(0);

class Values implements RecordValues, MemberVisitor {
  foundCount = 0;
  readonly found: Int32Array;
  readonly others: RecordMember[] = [];
  readonly #tree: SourceTree;
  /** What keys of the record mean, by the numbers of the list of its members. */
  readonly #meaningsOfSlots: (KeyMeaning | undefined)[] = [];
  readonly #entryTree: SourceTree;
  readonly #members: (RecordMember | null)[];
  readonly #ranks: Uint8Array;
  readonly #kinds: Uint8Array;
  readonly #pool: Member[] = [];
  #taken = 0;
  /** The object at hand: its bytes, what its keys mean, and what stands before them. */
  #bytes: Buffer = NO_BYTES;
  #node: SourceTree;
  #prefix = "";
  #skipsPayload = false;

  constructor(tree: SourceTree, fieldCount: number, keySlot: Decoder["keySlot"]) {
    for (const [place, key] of tree.texts.entries()) {
      const slot = keySlot(key);
      if (slot < 0) throw new Error(`read values: the decoder does not know "${key}"`);
      this.#meaningsOfSlots[slot] = tree.meanings[place];
    }
    this.#tree = tree;
    this.#node = tree;
    this.#entryTree = tree.meanings[tree.keys.findText(ENTRY)]?.members ?? tree;
    this.#members = Array.from({ length: fieldCount }, () => null);
    this.found = new Int32Array(fieldCount);
    this.#ranks = new Uint8Array(fieldCount);
    this.#kinds = new Uint8Array(fieldCount);
  }

  begin(): void {
    for (let at = 0; at < this.foundCount; at += 1) this.#members[this.found[at] ?? 0] = null;
    this.foundCount = 0;
    if (this.others.length > 0) this.others.length = 0;
    // Neither bytes that nobody needs any more nor the room for one record with very many members are kept.
    for (let at = 0; at < this.#taken; at += 1) (this.#pool[at] as Member).bytes = NO_BYTES;
    if (this.#taken > MOST_KEPT) this.#pool.length = MOST_KEPT;
    this.#taken = 0;
  }

  read(bytes: Buffer, { count, slots, keyStarts, keyEnds, starts, ends }: MemberList): void {
    this.#bytes = bytes;
    this.#node = this.#tree;
    this.#prefix = "";
    for (let at = 0; at < count; at += 1) {
      const [start, end] = [starts[at] ?? 0, ends[at] ?? 0];
      if (isAbsentValue(bytes, start, end)) continue;
      const meaning = this.#meaningsOfSlots[slots[at] ?? -1];
      this.#read(meaning, keyStarts[at] ?? 0, keyEnds[at] ?? 0, start, end);
    }
  }

  readEntry(bytes: Buffer, start: number, end: number, opened: boolean): void {
    this.#bytes = bytes;
    this.#skipsPayload = opened;
    this.#readObject(this.#entryTree, ENTRY_PREFIX, start, end);
    this.#skipsPayload = false;
  }

  member(source: number): RecordMember | null {
    return this.#members[source] ?? null;
  }

  kind(source: number): ValueKind {
    return this.#kinds[source] as ValueKind;
  }

  visit(keyStart: number, keyEnd: number, isPlain: boolean, start: number, end: number): void {
    const bytes = this.#bytes;
    if (isAbsentValue(bytes, start, end)) return;
    if (this.#skipsPayload && PAYLOADS.includes(bytes.toString("latin1", keyStart + 1, keyEnd - 1))) return;
    const { keys, meanings } = this.#node;
    const place = isPlain
      ? keys.find(bytes, keyStart + 1, keyEnd - 1)
      : keys.findText(JSON.parse(bytes.toString("utf8", keyStart, keyEnd)) as string);
    this.#read(meanings[place], keyStart, keyEnd, start, end);
  }

  #read(meaning: KeyMeaning | undefined, keyStart: number, keyEnd: number, start: number, end: number): void {
    const bytes = this.#bytes;
    if (meaning?.members && bytes[start] === OPEN_OBJECT) {
      this.#readObject(
        meaning.members,
        `${this.#prefix}${bytes.toString("utf8", keyStart + 1, keyEnd - 1)}.`,
        start,
        end,
      );
      return;
    }
    const member = this.#take(keyStart, keyEnd, start, end);
    if (meaning === undefined || meaning.source < 0) this.others.push(member);
    else this.#put(meaning.source, meaning.rank, member);
  }

  #readObject(node: SourceTree, prefix: string, start: number, end: number): void {
    const [nodeAround, prefixAround] = [this.#node, this.#prefix];
    this.#node = node;
    this.#prefix = prefix;
    eachMember(this.#bytes, start, end, this);
    this.#node = nodeAround;
    this.#prefix = prefixAround;
  }

  #take(keyStart: number, keyEnd: number, start: number, end: number): RecordMember {
    const member = this.#pool[this.#taken] ?? this.#more();
    this.#taken += 1;
    member.prefix = this.#prefix;
    member.bytes = this.#bytes;
    member.keyStart = keyStart;
    member.keyEnd = keyEnd;
    member.start = start;
    member.end = end;
    return member;
  }

  #more(): Member {
    const member = new Member();
    this.#pool.push(member);
    return member;
  }

  /** Of equal keys the last counts; of several forms the one of the higher rank. */
  #put(source: number, rank: number, member: RecordMember): void {
    const before = this.#members[source] ?? null;
    if (before === null) {
      this.found[this.foundCount] = source;
      this.foundCount += 1;
    } else if (rank < (this.#ranks[source] ?? 0)) {
      this.others.push(member);
      return;
    } else this.others.push(before);
    this.#members[source] = member;
    this.#kinds[source] = kindOf(member.bytes[member.start] ?? 0);
    this.#ranks[source] = rank;
  }
}
