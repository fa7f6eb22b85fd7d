/**
 * Goal: no bytes, however they came to be, make a reader do anything but what its target says that it holds.
 * Method: the kept inputs, each by name, then inputs near them, of a seed that stays and of one of the moment. The same
 * targets run for hours by `npm run fuzz`, led there by what they cover.
 */
import { describe, expect, it } from "vitest";
import { readCorpus } from "./corpus.ts";
import { fuzz, tryInput } from "./fuzzer.ts";
import { TARGETS } from "./targets.ts";

const FIXED_SEED = 1;
const EXECUTIONS = 100;

describe.each(TARGETS.map((target) => [target.name, target] as const))("%s", (name, target) => {
  const kept = readCorpus(name);

  it("holds for what was kept", async () => {
    expect(kept.length).toBeGreaterThan(0);
    for (const { name: file, bytes } of kept) {
      expect(`${file}: ${(await tryInput(target, bytes))?.stack ?? "holds"}`).toBe(`${file}: holds`);
    }
  });

  it.each([
    ["of the fixed seed", FIXED_SEED],
    ["of the moment's seed", Date.now() % 1_000_000_000],
  ])("holds for inputs near those, %s", async (_which, seed) => {
    const { finding } = await fuzz(target, null, {
      seed,
      corpus: [...target.seeds(), ...kept.map(({ bytes }) => bytes)],
      isOver: (executions) => executions >= kept.length + EXECUTIONS,
      onInput: () => undefined,
      monotonicMs: () => 0,
      mostMs: 1,
    });
    const what = finding === null ? "holds" : `${finding.input.toString("base64")} ${finding.error.stack ?? ""}`;
    expect(`seed ${seed}: ${what}`).toBe(`seed ${seed}: holds`);
  });
});
