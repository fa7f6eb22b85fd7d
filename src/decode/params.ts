import { DEEPEST, eachElement, type MemberSink, scanObject } from "./json-scan.ts";
import { createKeyTable, type KeyTable } from "./key-table.ts";

const QUOTE = 0x22;
const OPEN_OBJECT = 0x7b;
const SENTINEL = "...";
/** A last element longer than this is no sentinel, and not worth parsing. */
const LONGEST_SENTINEL_BYTES = 200;

/** Reads `params` as GitLab writes them, a list of `{key, value}`: hands the values of the known keys to `sink`. */
export function scanParams(buffer: Buffer, listStart: number, listEnd: number, keys: KeyTable, sink: MemberSink): void {
  eachElement(buffer, listStart, listEnd, (start, end) => {
    if (buffer[start] !== OPEN_OBJECT) return;
    pair.clear();
    scanObject(buffer, start, end, DEEPEST, PAIR_KEYS, pair, null);
    if (buffer[pair.keyStart] !== QUOTE || pair.valueStart < 0) return;
    const slot = pair.keyEscaped
      ? keys.findText(JSON.parse(buffer.toString("utf8", pair.keyStart, pair.keyEnd)) as string)
      : keys.find(buffer, pair.keyStart + 1, pair.keyEnd - 1);
    if (slot >= 0) sink.set(slot, pair.valueStart, pair.valueEnd, pair.valueEscaped);
  });
}

/** True where the list ends with the sign of a list that GitLab cut: `{"key":"truncated","value":"..."}`, or `"..."`. */
export function endsWithSentinel(buffer: Buffer, listStart: number, listEnd: number): boolean {
  let lastStart = 0;
  let lastEnd = 0;
  eachElement(buffer, listStart, listEnd, (start, end) => {
    lastStart = start;
    lastEnd = end;
  });
  if (lastEnd === 0 || lastEnd - lastStart > LONGEST_SENTINEL_BYTES) return false;
  const last = JSON.parse(buffer.toString("utf8", lastStart, lastEnd)) as
    | Partial<Record<string, unknown>>
    | string
    | null;
  return last === SENTINEL || (typeof last === "object" && last?.["key"] === "truncated" && last["value"] === SENTINEL);
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
