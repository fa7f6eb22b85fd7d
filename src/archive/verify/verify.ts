import type { ObjectStore } from "../../core/object-store.ts";
import { listDigests } from "../digest/chain-walk.ts";
import { KEY_PREFIX } from "../digest/digest-name.ts";
import type { Distrusted } from "../digest/distrust.ts";
import { type KeyRing, readKeyRing } from "../digest/key-ring.ts";
import { type ChainSurvey, surveyChain } from "./chain-survey.ts";
import type { ReadLines } from "./day-check.ts";
import { type Finding, findingOf, findingOfDistrust, type Unproven } from "./finding.ts";
import { NO_STREAM, takeInventory } from "./inventory.ts";
import { checkKeptEnd, endsOfStreams, type KeptEnd } from "./kept-end.ts";
import { ALL_STREAMS, checkKeyNames, checkNamedStreams } from "./key-check.ts";
import { type KeyTrust, ringWith } from "./key-trust.ts";
import { checkStream, type VerifiedStream } from "./stream-check.ts";

export interface VerifyOptions {
  readonly store: ObjectStore;
  /** A stream; null for all. */
  readonly only: string | null;
  /** Which days, `YYYY-MM-DD` or `undated`, are looked at; the chains always are. */
  readonly takes: (day: string) => boolean;
  readonly trust: KeyTrust;
  readonly kept: readonly KeptEnd[];
  /** Null: hashes only. */
  readonly readLines: ReadLines | null;
  readonly ledger: ReadLedger;
  /** Is told how many digests there are, before they are read, and of each that was read; may throw. */
  readonly onDigests: (digests: number) => void;
  readonly onDigest: () => void;
  /** Is told the chains before anything that they name is read, and how many bytes that will be; may throw. */
  readonly onSurveyed: (surveys: readonly ChainSurvey[], totalBytes: number) => void;
  readonly onBytes: (bytes: number) => void;
  readonly onFinding: (finding: Finding) => void;
  readonly onUnproven: (unproven: Unproven) => void;
}

/** Days whose segments were read, by this run or an earlier one, and found to be as they were signed. */
export interface ReadLedger {
  /** `fingerprint` is one of names, sizes, hashes and times of creation. */
  has(fingerprint: string): boolean;
  note(fingerprint: string): Promise<void>;
}

/**
 * Proves that nothing of a vault was removed, added or changed since it was signed, as far as digests name it; tells all
 * that is not so. Needs the rights to list and to read, and hardly anything outside the vault. Rejects with `IoError`
 * where the store fails, and with `UsageError` where `kept` names no stream and there are several.
 */
export async function verifyVault(options: VerifyOptions): Promise<VerifiedStream[]> {
  const { store, only, kept, takes, onFinding, onUnproven, onSurveyed } = options;
  const streams = await takeInventory(store, onFinding);
  const wanted = only === null ? streams : [only];
  const ends = endsOfStreams(kept, wanted);
  // One that was kept and is gone has no objects left.
  const all = [...new Set([...wanted, ...ends.flatMap(({ stream }) => stream ?? [])])];
  const { ring, keyNames, surveys } = await surveyAll(options, all);
  const byStream = new Map(surveys.map((survey) => [survey.stream, survey]));
  for (const end of ends) for (const finding of checkKeptEnd(end, byStream.get(end.stream ?? ""))) onFinding(finding);
  tellKeys(options, keyNames, ring, surveys);
  if (surveys.length === 0) {
    const what = "no digest at all: nothing is proved (hint: logtally seal, then logtally sign)";
    onFinding(findingOf("no_digest", NO_STREAM, { object: "vault/", what }));
  }
  onSurveyed(surveys, bytesOf(surveys, takes));
  const verified: VerifiedStream[] = [];
  for (const survey of surveys) {
    tellUnfinished(survey, onUnproven);
    verified.push(await checkStream(options, survey));
  }
  return verified;
}

/** The keys are read when all digests were listed: the key of each was there before it. */
async function surveyAll(
  { store, trust, onFinding, onDigests, onDigest }: VerifyOptions,
  streams: readonly string[],
): Promise<{ readonly ring: KeyRing; readonly keyNames: readonly string[]; readonly surveys: readonly ChainSurvey[] }> {
  const telling = (stream: string) => (wrong: Distrusted) => onFinding(findingOfDistrust(stream, wrong));
  const sequences = new Map<string, readonly number[]>();
  for (const stream of streams) sequences.set(stream, await listDigests(store, stream, telling(stream)));
  const keyNames: string[] = [];
  for await (const { name } of store.list(KEY_PREFIX)) keyNames.push(name);
  const ring = ringWith(await readKeyRing(store, telling(ALL_STREAMS)), trust);
  onDigests(sequences.values().reduce((total, ofStream) => total + ofStream.length, 0));
  const surveys: ChainSurvey[] = [];
  for (const [stream, ofStream] of sequences) {
    surveys.push(await surveyChain(store, stream, { sequences: ofStream, ring, trust, onFinding, onDigest }));
  }
  return { ring, keyNames, surveys };
}

function tellKeys(
  { only, onFinding, onUnproven }: VerifyOptions,
  keyNames: readonly string[],
  ring: KeyRing,
  surveys: readonly ChainSurvey[],
): void {
  const { findings, unproven } = checkKeyNames({ names: keyNames, ring, surveys, hasAllStreams: only === null });
  for (const each of unproven) onUnproven(each);
  const lost = checkNamedStreams(ring, surveys, (stream) => only === null || stream === only);
  for (const finding of [...findings, ...lost]) onFinding(finding);
}

function tellUnfinished({ stream, digests }: ChainSurvey, onUnproven: (unproven: Unproven) => void): void {
  const last = digests.at(-1);
  if (last?.signature === null) onUnproven({ stream, object: last.name, why: "a digest that is not signed yet" });
}

function bytesOf(surveys: readonly ChainSurvey[], takes: (day: string) => boolean): number {
  const days = surveys.flatMap((survey) => [...survey.days].filter(([day]) => takes(day)));
  return days.reduce((total, [, { bytes }]) => total + bytes, 0);
}
