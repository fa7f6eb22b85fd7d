import assert from "node:assert/strict";
import { createPackChecker, type ProvedPack } from "../../../src/archive/pack/check-pack.ts";
import { tarEntries } from "../../../src/archive/pack/tar.ts";
import { checkProof, disproving } from "../../../src/archive/proof/check-proof.ts";
import { MIB } from "../../../src/core/units.ts";
import { assertCorrupt, unlessCorrupt } from "../declared.ts";
import type { FuzzTarget } from "../target.ts";
import { PACK, PROOF, REPORT, TRUSTED } from "./proof-samples.ts";

/** Proofs and packs, as somebody else may have written them who has no key. */

const NAME = "p.json";
const WORDS = [
  [
    '"format":1',
    '"format":2',
    '"base64":"',
    '"text":"',
    '"block_row":0',
    '"block_rows":1',
    '"blocks":1',
    '"block_path":[]',
  ],
  ['"line_path":[]', '"keys":[]', '"row":9007199254740991', "}{", "[[[[", "\\ud800", '"__proto__":1', "0".repeat(64)],
].flat();

export const proof: FuzzTarget = {
  name: "proof",
  holds: "a proof is refused with its name, or shows what the one that was signed shows",
  covers: ["src/archive/proof/", "src/segment/merkle-path.ts"],
  seeds: () => [PROOF],
  words: WORDS,
  mostBytes: 8000,
  check(bytes) {
    const proved = unlessCorrupt(NAME, () => checkProof(NAME, bytes, TRUSTED));
    if (proved !== null) assert.deepEqual(proved, checkProof(NAME, PROOF, TRUSTED));
  },
};

export const pack: FuzzTarget = {
  name: "pack",
  holds: "a pack is refused with its name, or shows what the one that was signed shows",
  covers: ["src/archive/pack/", "src/archive/proof/", "src/segment/merkle-path.ts"],
  seeds: () => [PACK],
  words: [...WORDS, "ustar", "\0\0\0\0\0\0\0\0", "lines/", "report.json", "README.md", ".paths.json"],
  mostBytes: 40_000,
  async check(bytes) {
    const proved = await readPack(bytes).catch((error: unknown) => {
      assertCorrupt(NAME, error);
      return null;
    });
    if (proved !== null) assert.deepEqual(proved, { report: REPORT, idsProved: 2 });
  },
};

async function readPack(bytes: Buffer): Promise<ProvedPack> {
  const checker = createPackChecker(NAME, TRUSTED);
  for await (const entry of tarEntries(inTwo(bytes), MIB, disproving(NAME))) checker.take(entry);
  return checker.finish();
}

async function* inTwo(bytes: Buffer): AsyncGenerator<Buffer> {
  const middle = Math.floor(bytes.length / 3);
  yield bytes.subarray(0, middle);
  yield bytes.subarray(middle);
}
