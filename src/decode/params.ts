import { DEEPEST, eachElement, type MemberSink, scanObject } from "./json-scan.ts";
import { createKeyTable, type KeyTable } from "./key-table.ts";

const QUOTE = 0x22;
const OPEN_OBJECT = 0x7b;
const SENTINEL = '"..."';
const LONGEST_SENTINEL_OBJECT = 200;

/** Reads `params` as GitLab writes them, a list of `{key, value}`: hands the values of the known keys to `sink`. */
export function scanParams(buffer: Buffer, listStart: number, listEnd: number, keys: KeyTable, sink: MemberSink): void {
  eachElement(buffer, listStart, listEnd, (start, end) => {
    if (buffer[start] !== OPEN_OBJECT) return;
    pair.clear();
    scanObject(buffer, start, end, DEEPEST, PAIR_KEYS, pair);
    if (buffer[pair.keyStart] !== QUOTE || pair.valueStart < 0) return;
    const slot = pair.keyEscaped
      ? keys.findText(JSON.parse(buffer.toString("utf8", pair.keyStart, pair.keyEnd)) as string)
      : keys.find(buffer, pair.keyStart + 1, pair.keyEnd - 1);
    if (slot >= 0) sink.set(slot, pair.valueStart, pair.valueEnd, pair.valueEscaped);
  });
}

/** True where the list ends with the sign of a list that GitLab cut: `{"key":"truncated","value":"..."}`, or `"..."`. */
export function endsWithSentinel(buffer: Buffer, listStart: number, listEnd: number): boolean {
  let last = "";
  eachElement(buffer, listStart, listEnd, (start, end) => {
    last = end - start > LONGEST_SENTINEL_OBJECT ? "" : buffer.toString("utf8", start, end);
  });
  if (!last.startsWith("{")) return last === SENTINEL;
  const value = JSON.parse(last) as { readonly key?: unknown; readonly value?: unknown };
  return value.key === "truncated" && value.value === "...";
}

/** The two members of one element. One for all readers: it is used between two lines of code. */
class Pair implements MemberSink {
  keyStart = -1;
  keyEnd = -1;
  keyEscaped = false;
  valueStart = -1;
  valueEnd = -1;
  valueEscaped = false;

  clear(): void {
    this.keyStart = -1;
    this.valueStart = -1;
  }

  set(slot: number, start: number, end: number, escaped: boolean): void {
    if (slot === 0) {
      this.keyStart = start;
      this.keyEnd = end;
      this.keyEscaped = escaped;
    } else {
      this.valueStart = start;
      this.valueEnd = end;
      this.valueEscaped = escaped;
    }
  }
}

const PAIR_KEYS = createKeyTable(
  new Map([
    ["key", 0],
    ["value", 1],
  ]),
);
const pair = new Pair();
