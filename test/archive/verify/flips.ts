import type { ObjectStore } from "../../../src/core/object-store.ts";
import { randomOf } from "../../random.ts";
import { bytesIn, namesIn, replace } from "../sample-signing.ts";
import { copyOf, signedVault, verify } from "./signed-vault.ts";

/** A bit of an object. */
export interface Flip {
  readonly name: string;
  readonly byte: number;
  readonly bit: number;
}

/**
 * Flips so many bits of a signed vault, one at a time, each anywhere in any object, and verifies it whole; resolves with
 * those of which nothing was told, and with what is told of the vault without any.
 */
export async function flipBits(
  flips: number,
  seed: number,
  onFlip: (done: number) => void = () => undefined,
): Promise<{ readonly untold: readonly Flip[]; readonly falseAlarms: readonly string[] }> {
  const random = randomOf(seed);
  const { store: original } = await signedVault({ rounds: 2, spanHours: 24 });
  const store = await copyOf(original);
  const names = await namesIn(store, "vault/");
  const untold: Flip[] = [];
  const falseAlarms = await toldOf(store);
  for (let done = 0; done < flips; done += 1) {
    const name = names[Math.floor(random() * names.length)] ?? "";
    const bytes = Buffer.from(await bytesIn(store, name));
    const flip = { name, byte: Math.floor(random() * bytes.length), bit: Math.floor(random() * 8) };
    const altered = Buffer.from(bytes);
    altered[flip.byte] = (altered[flip.byte] ?? 0) ^ (1 << flip.bit);
    await replace(store, name, altered);
    // By the name of the object that was altered, or for a key or a signature by what they sign.
    if ((await toldOf(store)).length === 0) untold.push(flip);
    await replace(store, name, bytes);
    onFlip(done + 1);
  }
  return { untold, falseAlarms: [...falseAlarms, ...(await toldOf(store))] };
}

async function toldOf(store: ObjectStore): Promise<string[]> {
  const { findings } = await verify(store, "full");
  return findings.map(({ object, what }) => `${object}: ${what}`);
}
