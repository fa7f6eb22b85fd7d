import { generateKeyPairSync } from "node:crypto";
import type { SignOptions } from "../../src/archive/digest/sign.ts";
import { parseSigningKey, type SigningKey } from "../../src/archive/digest/signing-key.ts";
import type { SealedPlan } from "../../src/archive/sealed-plan.ts";
import { spanOfHour } from "../../src/archive/span.ts";
import { listWal, type WalObject } from "../../src/archive/wal-reader.ts";
import { hourOf } from "../../src/core/hour.ts";
import type { ObjectRemover } from "../../src/core/object-remover.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { HOUR_MS } from "../../src/core/units.ts";
import { SAMPLE_MS, sampleLine } from "../segment/sample-line.ts";
import { putObject } from "./sample-archive.ts";
import { putPlan } from "./sample-vault.ts";

export const FIRST_HOUR = hourOf(SAMPLE_MS);
export const SIGNED_AT_MS = Date.UTC(2021, 0, 1, 12);

export function newKeyPem(): string {
  return generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });
}

export function newKey(): SigningKey {
  return parseSigningKey(newKeyPem());
}

export function signing(store: ObjectStore, key: SigningKey, change: Partial<SignOptions> = {}): SignOptions {
  const options = { nowMs: SIGNED_AT_MS, intervalMs: HOUR_MS, onBytes: () => undefined, onSigned: () => undefined };
  return { store, key, oldKey: null, ...options, ...change };
}

let sequence = 0;

/** A write-ahead object with a line of each text in each of these hours after the first one. Resolves with its name. */
export async function writeLines(
  store: ObjectStore,
  texts: readonly string[],
  hours: readonly number[] = [0],
  stream = "local",
): Promise<string> {
  sequence += 1;
  const lines = hours.flatMap((hour) =>
    texts.map((text) => sampleLine(`${text} of ${hour}`, { timeMs: SAMPLE_MS + hour * HOUR_MS })),
  );
  return putObject(store, lines, { sequence, stream });
}

/** Seals these objects, or all, as the next plan of an hour after the first one. */
export async function seal(
  store: ObjectStore,
  { hour = 0, stream = "local", only = null as string | null } = {},
): Promise<SealedPlan> {
  const objects: WalObject[] = [];
  for await (const object of listWal(store, stream)) if (only === null || object.name === only) objects.push(object);
  return putPlan(store, spanOfHour(stream, FIRST_HOUR + hour, 1), objects);
}

export async function namesIn(store: ObjectStore, prefix: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of store.list(prefix)) names.push(name);
  return names;
}

export async function bytesIn(store: ObjectStore, name: string): Promise<Buffer> {
  return store.read(name, 0, 1_000_000);
}

/** Puts other bytes under a name. */
export async function replace(store: ObjectStore & ObjectRemover, name: string, bytes: Uint8Array): Promise<void> {
  await store.remove(name);
  await store.create(name, bytes);
}

/** Fails, as if killed, at the change of this number, from 1: before it is made, or when it is. */
export function killedAt(
  store: ObjectStore & ObjectRemover,
  change: number,
  moment: "before" | "after",
): ObjectStore & ObjectRemover & { readonly isKilled: boolean } {
  let changes = 0;
  const killing = async <Result>(make: () => Promise<Result>): Promise<Result> => {
    changes += 1;
    if (changes > change || (changes === change && moment === "before")) throw new Error("killed");
    const result = await make();
    if (changes === change) throw new Error("killed");
    return result;
  };
  return {
    ...store,
    create: (name, content) => killing(() => store.create(name, content)),
    remove: (name) => killing(() => store.remove(name)),
    get isKilled() {
      return changes >= change;
    },
  };
}
