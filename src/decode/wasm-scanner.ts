import { MemberList } from "./member-list.ts";
import { OBJECT_SCAN_CODE } from "./object-scan-code.ts";

/** What the scan returns for an object that its twin in `json-scan.ts` has to read. */
export const UNFIT = -3;

/** Where the values of an object lie, by slot. */
export interface Places {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** 1 for a string that holds a backslash. */
  readonly escaped: Uint8Array;
  /** The record for which a slot was set; others are not there. Cheaper than clearing every slot per line. */
  readonly setFor: Float64Array;
}

export function createPlaces(slotCount: number): Places {
  return {
    starts: new Int32Array(slotCount),
    ends: new Int32Array(slotCount),
    escaped: new Uint8Array(slotCount),
    setFor: new Float64Array(slotCount),
  };
}

/** `scanObject` of `json-scan.ts`, in WebAssembly: for objects of some size, and for the keys of one reader. */
export interface WasmScanner {
  readonly places: Places;
  /** All members of the object that was scanned last, where they are asked for. */
  readonly members: MemberList;
  /** As `scanObject` gives it, or `UNFIT`; places are noted for `record` in any case. */
  scan(buffer: Buffer, start: number, end: number, levels: number, record: number): number;
}

interface Constant {
  readonly value: number;
}

/** Exports of `wasm/object-scan.ts`, which says what they are. */
interface ObjectScan {
  readonly memory: WebAssembly.Memory;
  readonly INPUT_AT: Constant;
  readonly INPUT_BYTES: Constant;
  readonly SET_FOR_AT: Constant;
  readonly STARTS_AT: Constant;
  readonly ENDS_AT: Constant;
  readonly ESCAPED_AT: Constant;
  readonly MEMBER_SLOTS_AT: Constant;
  readonly MOST_MEMBERS: Constant;
  readonly MOST_SLOTS: Constant;
  readonly members: () => number;
  /** 0 where there is no room for it. */
  readonly addKey: (length: number, slot: number) => number;
  readonly scan: (length: number, base: number, levels: number, record: number, lists: boolean) => number;
}

/** The zero that the scanner puts behind a text. */
const END_BYTES = 1;

let code: WebAssembly.Module | null = null;

/** Null where there are more keys or slots, or longer keys, than it has room for. */
export function createWasmScanner(
  keys: ReadonlyMap<string, number>,
  slotCount: number,
  listsMembers: boolean,
): WasmScanner | null {
  code ??= new WebAssembly.Module(Buffer.from(OBJECT_SCAN_CODE, "base64"));
  // A memory of its own, whose size is fixed: no other reader writes there, and views of it stay valid.
  const wasm = new WebAssembly.Instance(code).exports as unknown as ObjectScan;
  if (slotCount > wasm.MOST_SLOTS.value) return null;
  const { buffer: memory } = wasm.memory;
  const input = Buffer.from(memory, wasm.INPUT_AT.value, wasm.INPUT_BYTES.value);
  for (const [key, slot] of keys) {
    const length = Buffer.byteLength(key);
    if (length > input.length || wasm.addKey(input.write(key), slot) === 0) return null;
  }
  const mostMembers = wasm.MOST_MEMBERS.value;
  const column = (number: number): Int32Array =>
    new Int32Array(
      memory,
      wasm.MEMBER_SLOTS_AT.value + number * mostMembers * Int32Array.BYTES_PER_ELEMENT,
      mostMembers,
    );
  const members = new MemberList();
  members.slots = column(0);
  members.keyStarts = column(1);
  members.keyEnds = column(2);
  members.starts = column(3);
  members.ends = column(4);
  return {
    places: {
      starts: new Int32Array(memory, wasm.STARTS_AT.value, slotCount),
      ends: new Int32Array(memory, wasm.ENDS_AT.value, slotCount),
      escaped: new Uint8Array(memory, wasm.ESCAPED_AT.value, slotCount),
      setFor: new Float64Array(memory, wasm.SET_FOR_AT.value, slotCount),
    },
    members,
    scan(buffer, start, end, levels, record) {
      if (end - start + END_BYTES > input.length) return UNFIT;
      buffer.copy(input, 0, start, end);
      const behind = wasm.scan(end - start, start, levels, record, listsMembers);
      members.count = wasm.members();
      return behind;
    },
  };
}
