import type { Fields, SlotOf } from "../core/fields.ts";
import { integerDigits, trimZeros } from "./digits.ts";
import { DEEPEST, INVALID, isSpace, type MemberSink, scanObject, skipSpace, skipValue, TOO_DEEP } from "./json-scan.ts";
import { createKeyTable, type KeyTable } from "./key-table.ts";
import { MemberList } from "./member-list.ts";
import { endsWithSentinel, scanParams } from "./params.ts";
import { createTextCache } from "./text-cache.ts";
import { createPlaces, createWasmScanner, UNFIT, type WasmScanner } from "./wasm-scanner.ts";

/**
 * Reads the wanted fields of one JSON object after another, from bytes and without building objects. One strict pass
 * over the line remembers where the values lie; nested families and `params` are opened only when somebody asks.
 */
export interface FieldReader extends Fields {
  /**
   * Reads the object in `[start, end)`, which is valid UTF-8; white space around it is allowed. Afterwards the view
   * shows its fields, unless the result is a reason. The bytes must stay as they are while the view is used.
   */
  read(buffer: Buffer, start: number, end: number, maxDepth: number): "not_json" | "not_object" | "too_deep" | null;
  readonly slotOf: SlotOf;
  /** The number by which `members` knows the key; -1 for one of no field. */
  readonly keySlot: (key: string) => number;
  /** All members of the object that was read last; null where none are listed. */
  readonly members: MemberList | null;
  /** True where the value is an object that is not empty. */
  isObject(slot: number): boolean;
  /** First byte of the value and the place behind it, or null: for values that are objects or dates. */
  span(slot: number): { readonly start: number; readonly end: number } | null;
}

/** Their members come as `meta.user`, as `meta: {user}` or as `meta_user`; the first of these that is there wins. */
export const FAMILIES = ["meta", "query_analysis", "exception", "extra", "grpc"] as const;
const PARAMS = "params";

/** One for all readers: they meet the same values. */
const textCache = createTextCache();

const QUOTE = 0x22;
const OPEN_LIST = 0x5b;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** A container whose members are fields of their own: where it is, and the table of its wanted members. */
interface Container {
  readonly slot: number;
  readonly members: Map<string, number>;
  keys: KeyTable;
  /** The record (by number) for which the members were read. */
  readFor: number;
}

/** Slots of one name, in the order in which they count; the container is opened before `nested` is looked at. */
interface Place {
  readonly slots: readonly number[];
  readonly nested: number;
  readonly container: Container | null;
}

/** What scans an object: WebAssembly, and its twin where that has no room; or the twin alone. */
export type Scanner = "wasm" | "script";

/** Reads the fields of these names; where members are asked for, it lists all of an object in the same pass. */
export function createFieldReader(
  names: readonly string[],
  listsMembers = false,
  scanner: Scanner = "wasm",
): FieldReader {
  return new Reader(names, listsMembers ? new MemberList() : null, scanner);
}

class Reader implements FieldReader, MemberSink {
  readonly #places: Place[] = [];
  readonly #slotOfName = new Map<string, number>();
  readonly #topKeys: KeyTable;
  readonly #params: Container;
  readonly #wasm: WasmScanner | null;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #escaped: Uint8Array;
  readonly #setFor: Float64Array;
  /** Where the twin lists members; null where nobody asks for them. */
  readonly #list: MemberList | null;
  members: MemberList | null;
  #record = 0;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(names: readonly string[], list: MemberList | null, scanner: Scanner) {
    this.#list = list;
    this.members = list;
    const top = new Map<string, number>();
    const containers = new Map<string, Container>();
    let slotCount = 0;
    const topSlot = (key: string): number => {
      const known = top.get(key);
      if (known !== undefined) return known;
      top.set(key, slotCount);
      slotCount += 1;
      return slotCount - 1;
    };
    const container = (key: string): Container => {
      const known = containers.get(key);
      if (known !== undefined) return known;
      const made = { slot: topSlot(key), members: new Map(), keys: createKeyTable(new Map()), readFor: 0 };
      containers.set(key, made);
      return made;
    };
    this.#params = container(PARAMS);
    for (const name of new Set(names)) {
      this.#slotOfName.set(name, this.#places.length);
      const [family, member] = splitName(name);
      if (member === null) {
        this.#places.push({ slots: [topSlot(name)], nested: -1, container: null });
        continue;
      }
      const parent = container(family);
      parent.members.set(member, slotCount);
      slotCount += 1;
      const nested = slotCount - 1;
      const slots = family === PARAMS ? [nested] : [topSlot(name), nested, topSlot(`${family}_${member}`)];
      this.#places.push({ slots, nested, container: parent });
    }
    for (const each of containers.values()) each.keys = createKeyTable(each.members);
    this.#topKeys = createKeyTable(top);
    this.#wasm = scanner === "wasm" ? createWasmScanner(top, slotCount, list !== null) : null;
    const { starts, ends, escaped, setFor } = this.#wasm?.places ?? createPlaces(slotCount);
    this.#starts = starts;
    this.#ends = ends;
    this.#escaped = escaped;
    this.#setFor = setFor;
  }

  readonly slotOf: SlotOf = (name) => {
    const slot = this.#slotOfName.get(name);
    if (slot === undefined) throw new Error(`read fields: the reader was not made for "${name}"`);
    return slot;
  };

  readonly keySlot = (key: string): number => this.#topKeys.findText(key);

  read(buffer: Buffer, start: number, end: number, maxDepth: number): "not_json" | "not_object" | "too_deep" | null {
    this.#buffer = buffer;
    this.#record += 1;
    // Not `skipSpace`: beyond `end` may lie a million lines of white space, and each of them would be read to the last.
    let at = start;
    while (at < end && isSpace(buffer, at)) at += 1;
    const behind = buffer[at] === OPEN_OBJECT ? this.#scan(buffer, at, end, maxDepth) : INVALID;
    if (behind >= 0 && (behind === end || skipSpace(buffer, behind) >= end)) return null;
    this.#record += 1;
    if (behind !== TOO_DEEP && buffer[at] === OPEN_OBJECT) return "not_json";
    if (!isJson(buffer, at, end)) return "not_json";
    return behind === TOO_DEEP ? "too_deep" : "not_object";
  }

  #scan(buffer: Buffer, start: number, end: number, maxDepth: number): number {
    if (this.#wasm !== null) {
      const behind = this.#wasm.scan(buffer, start, end, maxDepth, this.#record);
      if (this.#list !== null) this.members = this.#wasm.members;
      if (behind !== UNFIT) return behind;
      this.#record += 1;
    }
    this.members = this.#list;
    this.#list?.clear();
    return scanObject(buffer, start, end, maxDepth, this.#topKeys, this, this.#list);
  }

  set(slot: number, start: number, end: number, escaped: boolean): void {
    this.#starts[slot] = start;
    this.#ends[slot] = end;
    this.#escaped[slot] = escaped ? 1 : 0;
    this.#setFor[slot] = this.#record;
  }

  has(slot: number): boolean {
    return this.#find(slot) >= 0;
  }

  string(slot: number): string | null {
    const at = this.#find(slot);
    return at < 0 || this.#firstByte(at) !== QUOTE ? null : this.#decode(at);
  }

  integer(slot: number): string | null {
    const at = this.#find(slot);
    if (at < 0) return null;
    if (this.#firstByte(at) !== QUOTE) return integerDigits(this.#slice(at));
    const text = this.#decode(at);
    return /^\d+$/.test(text) ? trimZeros(text) : null;
  }

  boolean(slot: number): boolean | null {
    const text = this.text(slot);
    return text === "true" ? true : text === "false" ? false : null;
  }

  isObject(slot: number): boolean {
    const at = this.#find(slot);
    return at >= 0 && this.#firstByte(at) === OPEN_OBJECT;
  }

  text(slot: number): string | null {
    const at = this.#find(slot);
    return at < 0 ? null : this.#slice(at);
  }

  span(slot: number): { readonly start: number; readonly end: number } | null {
    const at = this.#find(slot);
    return at < 0 ? null : { start: this.#starts[at] ?? 0, end: this.#ends[at] ?? 0 };
  }

  paramsCut(): boolean {
    const { slot } = this.#params;
    if (!this.#isSet(slot) || this.#firstByte(slot) !== OPEN_LIST) return false;
    return endsWithSentinel(this.#buffer, this.#starts[slot] ?? 0, this.#ends[slot] ?? 0);
  }

  /** The slot that holds the field, or -1 where it is absent. */
  #find(name: number): number {
    const place = this.#places[name];
    if (place === undefined) throw new RangeError(`read fields: no slot ${name}`);
    for (const slot of place.slots) {
      if (slot === place.nested && place.container !== null) this.#open(place.container);
      if (this.#isSet(slot) && !this.#isAbsent(slot)) return slot;
    }
    return -1;
  }

  /** Reads the members of a nested family or of `params`, once per record. */
  #open(container: Container): void {
    if (container.readFor === this.#record) return;
    container.readFor = this.#record;
    const { slot, keys } = container;
    if (!this.#isSet(slot)) return;
    const start = this.#starts[slot] ?? 0;
    const end = this.#ends[slot] ?? 0;
    const first = this.#buffer[start];
    if (first === OPEN_OBJECT) scanObject(this.#buffer, start, end, DEEPEST, keys, this, null);
    else if (first === OPEN_LIST && container === this.#params) scanParams(this.#buffer, start, end, keys, this);
  }

  #isSet(slot: number): boolean {
    return this.#setFor[slot] === this.#record;
  }

  #isAbsent(slot: number): boolean {
    const start = this.#starts[slot] ?? 0;
    const end = this.#ends[slot] ?? 0;
    const first = this.#buffer[start];
    if (first === QUOTE) return end === start + 2;
    if (first === OPEN_OBJECT) return this.#buffer[skipSpace(this.#buffer, start + 1)] === CLOSE_OBJECT;
    return first === 0x6e;
  }

  #firstByte(slot: number): number {
    return this.#buffer[this.#starts[slot] ?? 0] ?? 0;
  }

  #slice(slot: number): string {
    return this.#buffer.toString("utf8", this.#starts[slot], this.#ends[slot]);
  }

  #decode(slot: number): string {
    if (this.#escaped[slot] === 1) return JSON.parse(this.#slice(slot)) as string;
    return textCache.text(this.#buffer, (this.#starts[slot] ?? 0) + 1, (this.#ends[slot] ?? 0) - 1);
  }
}

/** `meta.user` is the member `user` of the family `meta`; other names are keys as they stand. */
function splitName(name: string): [family: string, member: string | null] {
  const dot = name.indexOf(".");
  const family = name.slice(0, dot);
  const nests = dot > 0 && (family === PARAMS || (FAMILIES as readonly string[]).includes(family));
  return nests ? [family, name.slice(dot + 1)] : [name, null];
}

/** True where the bytes are one JSON value. Whole logs are text, so no exception is made for each of their lines. */
function isJson(buffer: Buffer, at: number, end: number): boolean {
  // In a view of its own: a number at the very end must not go on in what lies behind.
  const text = buffer.subarray(at, end);
  let behind = skipValue(text, 0, text.length, DEEPEST);
  if (behind === TOO_DEEP) return parses(text.toString("utf8"));
  if (behind < 0) return false;
  while (behind < text.length && isSpace(text, behind)) behind += 1;
  return behind === text.length;
}

/** What nests too deep for the scanner is rare enough for the engine's own parser. */
function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
