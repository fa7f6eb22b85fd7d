import type { ObjectStore } from "../../core/object-store.ts";
import { type WalkedDigest, walkDigests } from "../digest/chain-walk.ts";
import { createPlanSum, type Digest, sizesOf } from "../digest/digest.ts";
import type { Distrusted } from "../digest/distrust.ts";
import type { KeyRing } from "../digest/key-ring.ts";
import { parseSealedName, placeOf } from "../vault-name.ts";
import { checkTotals } from "./digest-totals.ts";
import { type Finding, findingOf, findingOfDistrust } from "./finding.ts";
import { createVouching, type KeyTrust } from "./key-trust.ts";

/** What is kept in mind of a digest: what it names is read again when its days are checked. */
export interface SurveyedDigest {
  readonly name: string;
  readonly sequence: number;
  /** Of the stored bytes, 64 hex digits. */
  readonly sha256: string;
  /** When its window ended. */
  readonly until: string;
  readonly key: string;
  /** 128 hex digits; null where there is none. */
  readonly signature: string | null;
  /** False: nothing that it names is proved by it. */
  readonly isSigned: boolean;
  /** Manifests that it names. */
  readonly manifests: number;
}

/** What digests name of a day. */
export interface SignedDay {
  /** Places in `digests`. */
  readonly digests: number[];
  bytes: number;
}

/** The chain of a stream, walked once. */
export interface ChainSurvey {
  readonly stream: string;
  /** All that can be read, in order. */
  readonly digests: readonly SurveyedDigest[];
  /** By day, `YYYY-MM-DD` or `undated`. */
  readonly days: ReadonlyMap<string, SignedDay>;
}

export interface SurveyOptions {
  /** Of `listDigests`. */
  readonly sequences: readonly number[];
  readonly ring: KeyRing;
  readonly trust: KeyTrust;
  readonly onFinding: (finding: Finding) => void;
  readonly onDigest: () => void;
}

/** Walks the chain of a stream, and tells all that is wrong with it. Rejects with `IoError` where the store fails. */
export async function surveyChain(store: ObjectStore, stream: string, options: SurveyOptions): Promise<ChainSurvey> {
  const { sequences, ring, trust, onFinding, onDigest } = options;
  const digests: SurveyedDigest[] = [];
  const days = new Map<string, SignedDay>();
  const vouching = createVouching(stream, ring, trust);
  const toldOfKeys = new Set<string>();
  const onDistrust = (wrong: Distrusted): void => {
    // The same is wrong with each digest that the key has signed: the first is told.
    if (wrong.kind === "key" && toldOfKeys.size === toldOfKeys.add(wrong.why).size) return;
    onFinding(findingOfDistrust(stream, wrong));
  };
  for await (const walked of walkDigests(store, { stream, sequences, ring, onDistrust })) {
    onDigest();
    vouching.add(walked);
    for (const finding of checkContent(stream, walked)) onFinding(finding);
    noteDays(days, walked.digest, digests.length);
    digests.push(surveyed(walked));
  }
  for (const { name, key } of vouching.unvouched()) {
    const kept = [...trust.fingerprints].join(", ");
    const what = `signed by key ${key}, to which no statement leads from the key that was given, ${kept}`;
    onFinding(findingOf("key", stream, { object: name, what }));
  }
  return { stream, digests, days };
}

/** What a signed digest says of itself. */
function checkContent(stream: string, { name, digest, isSigned }: WalkedDigest): Finding[] {
  if (!isSigned) return [];
  const { objects, totals } = digest;
  const findings: Finding[] = [];
  const sizes = sizesOf(objects);
  for (const figure of ["objects", "size_bytes"] as const) {
    if (sizes[figure] === totals[figure]) continue;
    const values = { found: totals[figure], expected: sizes[figure] };
    findings.push(findingOf("figures", stream, { object: name, what: `total of ${figure}`, ...values }));
  }
  if (manifestsIn(digest) === 0) findings.push(...checkTotals(stream, name, totals, createPlanSum().totals()));
  const stray = objects.find((object) => placeOf(object.name)?.stream !== stream);
  if (stray === undefined) return findings;
  return [
    ...findings,
    findingOf("chain", stream, { object: name, what: `it names "${stray.name}", of another stream` }),
  ];
}

function noteDays(days: Map<string, SignedDay>, { objects }: Digest, index: number): void {
  for (const { name, size_bytes: sizeBytes } of objects) {
    const day = placeOf(name)?.day ?? "";
    const known = days.get(day) ?? { digests: [], bytes: 0 };
    days.set(day, known);
    if (known.digests.at(-1) !== index) known.digests.push(index);
    known.bytes += sizeBytes;
  }
}

function manifestsIn({ objects }: Digest): number {
  return objects.filter(({ name }) => parseSealedName(name) !== null).length;
}

function surveyed({ name, sha256, signature, digest, isSigned }: WalkedDigest): SurveyedDigest {
  const { sequence, window, key } = digest;
  const manifests = manifestsIn(digest);
  return { name, sequence, sha256, until: window.to, key, signature, isSigned, manifests };
}
