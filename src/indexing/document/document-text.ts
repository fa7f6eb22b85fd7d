import { KIB } from "../../core/units.ts";

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const DELETE = 0x7f;

const FIRST_ROOM_BYTES = 64 * KIB;
/** Shorter runs are copied faster byte by byte than by a call. */
const LONGEST_LOOP = 48;
/** UTF-8 takes so many bytes at the most for a unit of a string. */
const MOST_BYTES_PER_UNIT = 3;
/** The text of one document after another, written field by field. It grows as large as the largest one needs. */
export class DocumentText {
  #room = Buffer.allocUnsafe(FIRST_ROOM_BYTES);
  #at = 0;

  begin(): void {
    this.#at = 0;
  }

  /** The whole document, until the next one begins. */
  end(): Buffer {
    return this.#room.subarray(0, this.#at);
  }

  /** Bytes of JSON as they stand. */
  bytes(source: Buffer, start: number, end: number): void {
    this.#ensure(end - start);
    this.#copy(source, start, end);
  }

  /** The same behind others, which stand before it. */
  joined(joint: Buffer, source: Buffer, start: number, end: number): void {
    this.#ensure(joint.length + end - start);
    this.#copy(joint, 0, joint.length);
    this.#copy(source, start, end);
  }

  /** The same within quotes. */
  quoted(joint: Buffer, source: Buffer, start: number, end: number): void {
    this.#ensure(joint.length + end - start + 2);
    this.#copy(joint, 0, joint.length);
    this.#put(QUOTE);
    this.#copy(source, start, end);
    this.#put(QUOTE);
  }

  json(text: string): void {
    this.#ensure(MOST_BYTES_PER_UNIT * text.length);
    this.#at += this.#room.write(text, this.#at);
  }

  /** A text, written as JSON. */
  string(text: string): void {
    this.#ensure(text.length + 2);
    // Most are short and plain, and a call for each would cost more than all their bytes.
    const room = this.#room;
    const at = this.#at;
    room[at] = QUOTE;
    for (let from = 0; from < text.length; from += 1) {
      const code = text.charCodeAt(from);
      if (code < SPACE || code >= DELETE || code === QUOTE || code === BACKSLASH) {
        this.json(JSON.stringify(text));
        return;
      }
      room[at + 1 + from] = code;
    }
    room[at + 1 + text.length] = QUOTE;
    this.#at = at + text.length + 2;
  }

  /** An object as value, to be filled with members. */
  openObject(): void {
    this.#ensure(1);
    this.#put(OPEN_OBJECT);
  }

  /** A member of that: what stands before its key, the key, which has quotes, and the JSON of its value. */
  member(prefix: string, source: Buffer, keyStart: number, keyEnd: number, start: number, end: number): void {
    this.#ensure(MOST_BYTES_PER_UNIT * prefix.length + keyEnd - keyStart + end - start + 3);
    this.#separate();
    if (prefix === "") this.#copy(source, keyStart, keyEnd);
    else {
      this.#put(QUOTE);
      this.#at += this.#room.write(prefix, this.#at);
      this.#copy(source, keyStart + 1, keyEnd);
    }
    this.#put(COLON);
    this.#copy(source, start, end);
  }

  closeObject(): void {
    this.#ensure(1);
    this.#put(CLOSE_OBJECT);
  }

  /** How much is written, to go back to. */
  mark(): number {
    return this.#at;
  }

  backTo(mark: number): void {
    this.#at = mark;
  }

  /** A comma, unless what follows is the first member. */
  #separate(): void {
    if (this.#room[this.#at - 1] !== OPEN_OBJECT) this.#put(COMMA);
  }

  #put(byte: number): void {
    this.#room[this.#at] = byte;
    this.#at += 1;
  }

  #copy(source: Buffer, start: number, end: number): void {
    if (end - start > LONGEST_LOOP) {
      this.#at += source.copy(this.#room, this.#at, start, end);
      return;
    }
    const room = this.#room;
    const shift = this.#at - start;
    for (let from = start; from < end; from += 1) room[from + shift] = source[from] ?? 0;
    this.#at += end - start;
  }

  #ensure(bytes: number): void {
    if (this.#at + bytes <= this.#room.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.#at + bytes));
    this.#room.copy(larger, 0, 0, this.#at);
    this.#room = larger;
  }
}
