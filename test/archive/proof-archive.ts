import { signStream } from "../../src/archive/digest/sign.ts";
import { parseVerifyingKey, type SigningKey, type VerifyingKey } from "../../src/archive/digest/signing-key.ts";
import { type ProofOutcome, proveLine } from "../../src/archive/proof/prove-line.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import { LANES, type Line } from "../../src/core/line.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { HOUR_MS, KIB } from "../../src/core/units.ts";
import { SAMPLE_MS, sampleLine } from "../segment/sample-line.ts";
import { putObject, walObjects } from "./sample-archive.ts";
import { newKey, signing } from "./sample-signing.ts";
import { sealAll } from "./sample-vault.ts";

/** Lines of all lanes and of none, of two hours and of no time, some of which are no UTF-8, and two of one id. */
export function linesOfAllKinds(): Line[] {
  const lines = LANES.flatMap((lane, kind) =>
    Array.from({ length: 5 }, (_, n) =>
      sampleLine(`{"lane":"${lane}","n":${n},"é":"\\u2028\u2028\u0001"}`, {
        lane,
        timeMs: n === 4 ? null : SAMPLE_MS + (n % 2) * HOUR_MS,
        ...(kind === 2 ? { reason: "not_json" as const } : {}),
        message:
          n === 1
            ? { topic: "rails", messageId: "1", publishedAtMs: SAMPLE_MS, attributes: { log: "a", half: "\ud800" } }
            : null,
      }),
    ),
  );
  const first = sampleLine("one of two");
  return [
    ...lines,
    first,
    sampleLine("two of two", { id: first.id }),
    sampleLine(Buffer.of(0xff, 0xfe, 0x00, 0x22), { lane: "quarantine", reason: "not_utf8" }),
    sampleLine(""),
    // Blocks of a mebibyte at the most: these make several.
    ...Array.from({ length: 4 }, (_, n) => sampleLine(Buffer.alloc(600 * KIB, `${n}`))),
  ];
}

export interface SignedArchive {
  readonly store: ReturnType<typeof createMemoryStore>;
  readonly key: SigningKey;
  readonly trusted: VerifyingKey;
}

/** An archive with these lines, sealed and signed. */
export async function signedArchive(lines: readonly Line[], stream = "local"): Promise<SignedArchive> {
  const store = createMemoryStore();
  const key = newKey();
  await putObject(store, lines, { stream });
  await sealAll(store, await walObjects(store, stream));
  await signStream(stream, signing(store, key));
  return { store, key, trusted: parseVerifyingKey(key.publicPem) };
}

export type MadeProof = Extract<ProofOutcome, { kind: "proof" }>;

/** The proof of a line, which there must be. */
export async function provedLine(
  store: ObjectStore,
  { id, hash }: Pick<Line, "id"> & { readonly hash: string | null },
): Promise<MadeProof> {
  const outcome = await proveLine(store, { id, stream: null, preferred: "local", variant: hash });
  if (outcome.kind !== "proof") throw new Error(`${id}: ${outcome.kind}`);
  return outcome;
}
