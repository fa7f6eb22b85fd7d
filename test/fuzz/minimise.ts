/** Tries an input again; true where it still fails in the same way. */
export type StillFails = (input: Buffer) => Promise<boolean>;

const PLAIN = [0x30, 0x61, 0x20];

/**
 * A shorter and plainer input that fails in the same way: ranges of falling length are cut as long as that helps, then
 * bytes are made plain. No more than `mostTries` tries.
 */
export async function minimise(input: Buffer, stillFails: StillFails, mostTries: number): Promise<Buffer> {
  let tries = 0;
  let best = input;
  const attempt = async (candidate: Buffer): Promise<boolean> => {
    if (tries >= mostTries || candidate.equals(best)) return false;
    tries += 1;
    if (!(await stillFails(candidate))) return false;
    best = candidate;
    return true;
  };
  for (let length = Math.ceil(best.length / 2); length >= 1; length = length === 1 ? 0 : Math.ceil(length / 2)) {
    for (let at = 0; at < best.length; ) {
      const shorter = Buffer.concat([best.subarray(0, at), best.subarray(at + length)]);
      if (!(await attempt(shorter))) at += length;
    }
  }
  for (let at = 0; at < best.length; at += 1) {
    for (const byte of PLAIN) {
      const plainer = Buffer.from(best);
      plainer[at] = byte;
      if (PLAIN.includes(best[at] ?? 0) || (await attempt(plainer))) break;
    }
  }
  return best;
}
