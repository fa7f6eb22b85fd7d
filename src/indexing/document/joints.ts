/** What stands in a document before, between and behind the values of its fields, which come in one order. */
export interface Joints {
  /**
   * Between the values of two fields, by their numbers: `}},"response":{"status_code":`. Before the first one `last`
   * is -1.
   */
  between(last: number, number: number): Buffer;
  /** Behind the value of the last one: `}}}`. */
  endBehind(last: number): Buffer;
}

/** `names` are those of all fields in their order, in which the fields of an object stand together. */
export function createJoints(names: readonly string[]): Joints {
  const groups = names.map((name) => name.split(".").slice(0, -1));
  // A row for each field that may be the last one, and one for none.
  const made = Array.from({ length: names.length + 1 }, (): (Buffer | undefined)[] => []);
  const make = (last: number, number: number): Buffer => {
    const [before = [], after = []] = [groups[last], groups[number]];
    let shared = 0;
    while (shared < before.length && before[shared] === after[shared]) shared += 1;
    const closing = last < 0 ? "{" : `${"}".repeat(before.length - shared)},`;
    const opening = after.slice(shared).map((group) => `"${group}":{`);
    return Buffer.from(`${closing}${opening.join("")}"${names[number]?.split(".").at(-1) ?? ""}":`);
  };
  return {
    between(last, number) {
      const row = made[last + 1] ?? [];
      const known = row[number];
      if (known !== undefined) return known;
      const joint = make(last, number);
      row[number] = joint;
      return joint;
    },
    endBehind: (last) => Buffer.from(last < 0 ? "{}" : "}".repeat((groups[last]?.length ?? 0) + 1)),
  };
}
