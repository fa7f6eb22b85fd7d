const FIRST_ROOM = 128;

/** Where the members of an object stand in its bytes, in order. Made once, and filled object by object. */
export class MemberList {
  /** The object that was read last has so many; what stands behind them is of objects before. */
  count = 0;
  /** Of each the number by which the reader knows its key, -1 where it does not, … */
  slots: Int32Array = new Int32Array(FIRST_ROOM);
  /** … the key with its quotes, … */
  keyStarts: Int32Array = new Int32Array(FIRST_ROOM);
  keyEnds: Int32Array = new Int32Array(FIRST_ROOM);
  /** … and the text of the value. */
  starts: Int32Array = new Int32Array(FIRST_ROOM);
  ends: Int32Array = new Int32Array(FIRST_ROOM);

  clear(): void {
    this.count = 0;
  }

  add(slot: number, keyStart: number, keyEnd: number, start: number, end: number): void {
    const at = this.count;
    if (at === this.starts.length) this.#grow();
    this.slots[at] = slot;
    this.keyStarts[at] = keyStart;
    this.keyEnds[at] = keyEnd;
    this.starts[at] = start;
    this.ends[at] = end;
    this.count = at + 1;
  }

  #grow(): void {
    this.slots = larger(this.slots);
    this.keyStarts = larger(this.keyStarts);
    this.keyEnds = larger(this.keyEnds);
    this.starts = larger(this.starts);
    this.ends = larger(this.ends);
  }
}

function larger(array: Int32Array): Int32Array {
  const made = new Int32Array(2 * array.length);
  made.set(array);
  return made;
}
