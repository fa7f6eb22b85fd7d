import { createHash } from "node:crypto";
import type { ObjectInfo } from "../../core/object-store.ts";
import { digestPrefix } from "../digest/digest-name.ts";
import { parseSealedName } from "../vault-name.ts";
import type { ChainSurvey } from "./chain-survey.ts";
import { checkDay } from "./day-check.ts";
import { createDigestShelf, type DigestShelf, type NamedObjects } from "./digest-shelf.ts";
import { createTotalsCheck, type TotalsCheck } from "./digest-totals.ts";
import { findingOf } from "./finding.ts";
import { eachVaultDay } from "./vault-day.ts";
import type { VerifyOptions } from "./verify.ts";

export interface VerifiedStream {
  readonly survey: ChainSurvey;
  /** Signed objects of the days that were looked at, their bytes, and the lines that their manifests say. */
  objects: number;
  bytes: number;
  /** Of these the bytes that an earlier run has read, and this one not. */
  bytesReadEarlier: number;
  lines: number;
  /** Plans by the catalogue that has counted them. */
  readonly catalogues: Map<string, number>;
}

/** The work on a stream. */
interface StreamCheck extends VerifyOptions {
  readonly survey: ChainSurvey;
  readonly shelf: DigestShelf;
  readonly totals: TotalsCheck;
  readonly verified: VerifiedStream;
}

const NOTHING: ReadonlyMap<string, ObjectInfo> = new Map();

/** Holds what lies in the vault of a stream against its surveyed chain, day by day. Rejects with `IoError`. */
export async function checkStream(options: VerifyOptions, survey: ChainSurvey): Promise<VerifiedStream> {
  const { store, takes, onFinding } = options;
  const { stream } = survey;
  const shelf = createDigestShelf(store, survey);
  const verified: VerifiedStream = {
    survey,
    objects: 0,
    bytes: 0,
    bytesReadEarlier: 0,
    lines: 0,
    catalogues: new Map(),
  };
  const check: StreamCheck = { ...options, survey, shelf, totals: createTotalsCheck(survey, shelf), verified };
  if (!survey.digests.some(({ isSigned }) => isSigned)) {
    const what = "no signed digest at all: nothing of the stream is proved (hint: logtally sign)";
    onFinding(findingOf("no_digest", stream, { object: digestPrefix(stream), what }));
  }
  const waiting = [...survey.days.keys()].filter(takes).toSorted();
  for await (const { day, objects } of eachVaultDay(store, stream)) {
    if (day === null) {
      for (const object of objects.keys()) {
        onFinding(findingOf("extra", stream, { object, what: "it is extra: it lies in no day of the stream" }));
      }
      continue;
    }
    if (!takes(day)) continue;
    // Names come in order, and so do days.
    while (waiting[0] !== undefined && waiting[0] < day) await checkOneDay(check, waiting.shift() ?? "", NOTHING);
    if (waiting[0] === day) waiting.shift();
    await checkOneDay(check, day, objects);
  }
  for (const day of waiting) await checkOneDay(check, day, NOTHING);
  return verified;
}

async function checkOneDay(check: StreamCheck, day: string, listed: ReadonlyMap<string, ObjectInfo>): Promise<void> {
  const { survey, shelf, totals, verified, ledger, onFinding, onUnproven } = check;
  const named = await shelf.namedOn(day);
  const fingerprint = fingerprintOf(survey.stream, day, named, listed);
  const isRead = ledger.has(fingerprint);
  let isClean = true;
  const sound = await checkDay({
    ...check,
    stream: survey.stream,
    day,
    named,
    listed,
    isRead,
    onFinding(finding) {
      isClean = false;
      onFinding(finding);
    },
    onUnproven,
  });
  const manifests = new Map(sound.map(({ name, manifest }) => [name, manifest]));
  for (const { lines, counts } of manifests.values()) {
    verified.lines += lines;
    verified.catalogues.set(counts.catalogue, (verified.catalogues.get(counts.catalogue) ?? 0) + 1);
  }
  for (const { name, size_bytes: sizeBytes, digest } of named.signed.values()) {
    const isManifest = parseSealedName(name) !== null;
    verified.objects += 1;
    verified.bytes += sizeBytes;
    if (isRead && !isManifest) verified.bytesReadEarlier += sizeBytes;
    if (!isManifest) continue;
    for (const finding of await totals.add(digest, manifests.get(name) ?? null)) onFinding(finding);
  }
  if (isClean && !isRead) await ledger.note(fingerprint);
}

/** Of the objects, as they were signed and as they lie there: one that was written again since has another time. */
function fingerprintOf(
  stream: string,
  day: string,
  { signed }: NamedObjects,
  listed: ReadonlyMap<string, ObjectInfo>,
): string {
  const hash = createHash("sha256").update(`${stream} ${day}\n`);
  for (const name of [...signed.keys()].toSorted()) {
    const { sha256 = "" } = signed.get(name) ?? {};
    const { sizeBytes = -1, createdAtMs = -1 } = listed.get(name) ?? {};
    hash.update(`${name} ${sha256} ${sizeBytes} ${createdAtMs}\n`);
  }
  return hash.digest("hex");
}
