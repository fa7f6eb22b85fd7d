import { eachMember, type MemberVisitor } from "../../decode/json-members.ts";
import { isAbsentValue } from "./absent-value.ts";
import type { SourceTree } from "./source-tree.ts";

const OPEN_OBJECT = 0x7b;

/** Members of a LogEntry have names of their own, so that they are not taken for those of its payload. */
const ENTRY = "entry";
const ENTRY_PREFIX = `${ENTRY}.`;
const PAYLOADS = ["jsonPayload", "textPayload"];

/** A member of the record. */
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
  /** Reads an object that was found valid before. */
  read(bytes: Buffer, start: number, end: number): void;
  /** Reads the LogEntry around it, as `entry.…`; without its payload where that was `opened`. */
  readEntry(bytes: Buffer, start: number, end: number, opened: boolean): void;
  /** Numbers of the fields that are there and have a value: not `null`, an empty text, list or object. */
  readonly found: readonly number[];
  /** Null where the field is not found. */
  member(source: number): RecordMember | null;
  /** Members that are no field, in order; of a field that came twice, those that do not count. */
  readonly others: readonly RecordMember[];
}

export function createRecordValues(tree: SourceTree, fieldCount: number): RecordValues {
  return new Values(tree, fieldCount);
}

class Values implements RecordValues, MemberVisitor {
  readonly found: number[] = [];
  readonly others: RecordMember[] = [];
  readonly #tree: SourceTree;
  readonly #entryTree: SourceTree;
  readonly #members: (RecordMember | null)[];
  readonly #ranks: Uint8Array;
  /** The object at hand: its bytes, what its keys mean, and what stands before them. */
  #bytes: Buffer = Buffer.alloc(0);
  #node: SourceTree;
  #prefix = "";
  #skipsPayload = false;

  constructor(tree: SourceTree, fieldCount: number) {
    this.#tree = tree;
    this.#node = tree;
    this.#entryTree = tree.meanings[tree.keys.findText(ENTRY)]?.members ?? tree;
    this.#members = Array.from({ length: fieldCount }, () => null);
    this.#ranks = new Uint8Array(fieldCount);
  }

  begin(): void {
    for (const source of this.found) this.#members[source] = null;
    this.found.length = 0;
    this.others.length = 0;
  }

  read(bytes: Buffer, start: number, end: number): void {
    this.#bytes = bytes;
    this.#readObject(this.#tree, "", start, end);
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

  visit(keyStart: number, keyEnd: number, isPlain: boolean, start: number, end: number): void {
    const bytes = this.#bytes;
    if (isAbsentValue(bytes, start, end)) return;
    if (this.#skipsPayload && PAYLOADS.includes(bytes.toString("latin1", keyStart + 1, keyEnd - 1))) return;
    const { keys, meanings } = this.#node;
    const place = isPlain
      ? keys.find(bytes, keyStart + 1, keyEnd - 1)
      : keys.findText(JSON.parse(bytes.toString("utf8", keyStart, keyEnd)) as string);
    const meaning = meanings[place];
    if (meaning?.members && bytes[start] === OPEN_OBJECT) {
      this.#readObject(
        meaning.members,
        `${this.#prefix}${bytes.toString("utf8", keyStart + 1, keyEnd - 1)}.`,
        start,
        end,
      );
      return;
    }
    const member = { prefix: this.#prefix, bytes, keyStart, keyEnd, start, end };
    if (meaning === undefined || meaning.source < 0) this.others.push(member);
    else this.#take(meaning.source, meaning.rank, member);
  }

  #readObject(node: SourceTree, prefix: string, start: number, end: number): void {
    const [nodeAround, prefixAround] = [this.#node, this.#prefix];
    this.#node = node;
    this.#prefix = prefix;
    eachMember(this.#bytes, start, end, this);
    this.#node = nodeAround;
    this.#prefix = prefixAround;
  }

  /** Of equal keys the last counts; of several forms the one of the higher rank. */
  #take(source: number, rank: number, member: RecordMember): void {
    const before = this.#members[source] ?? null;
    if (before === null) this.found.push(source);
    else if (rank < (this.#ranks[source] ?? 0)) {
      this.others.push(member);
      return;
    } else this.others.push(before);
    this.#members[source] = member;
    this.#ranks[source] = rank;
  }
}
