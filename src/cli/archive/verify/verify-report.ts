import type { Finding, Unproven } from "../../../archive/verify/finding.ts";
import type { VerifiedStream } from "../../../archive/verify/stream-check.ts";
import { formatBytes, formatCount, formatThings } from "../../terminal/quantity.ts";
import { formatTable } from "../../terminal/table.ts";
import { asLine } from "../../terminal/tell.ts";

/** The first so many findings, and objects that are not signed yet, are kept and printed; the rest is counted. */
export const MOST_TOLD = 1000;
/** Of objects that are not signed yet a terminal shows fewer. */
const MOST_SHOWN = 10;

export const LEVELS = ["hashes", "full"] as const;

export type Level = (typeof LEVELS)[number];

/** What a verification came to. */
export interface VerifyReport {
  readonly level: Level;
  readonly streams: readonly VerifiedStream[];
  /** Fingerprints that were given; none: the archive's own were believed. */
  readonly givenKeys: readonly string[];
  /** The first. */
  readonly findings: readonly Finding[];
  readonly findingsTotal: number;
  readonly unproven: readonly Unproven[];
  readonly unprovenTotal: number;
  /** At level full: plans whose events another catalogue has counted, and plans that rest on bytes which are not there. */
  readonly otherCatalogue: number;
  readonly notCompared: number;
  readonly seconds: number;
}

/** True where nothing was found. */
export function isVerified({ findingsTotal }: VerifyReport): boolean {
  return findingsTotal === 0;
}

export function verifyJson(report: VerifyReport): string {
  return `${JSON.stringify(reportJson(report), null, 2)}\n`;
}

/** A report in the words of `archive verify --json`. */
export function reportJson(report: VerifyReport) {
  return {
    verified: isVerified(report),
    level: report.level,
    streams: report.streams.map(streamJson),
    keys_given: report.givenKeys,
    findings_total: report.findingsTotal,
    findings: report.findings,
    not_signed_total: report.unprovenTotal,
    not_signed: report.unproven,
    plans_of_other_catalogue: report.otherCatalogue,
    plans_not_compared: report.notCompared,
    elapsed_s: Number(report.seconds.toFixed(3)),
  };
}

function streamJson({ survey, objects, bytes, bytesReadEarlier, lines }: VerifiedStream) {
  const newest = newestOf(survey);
  return {
    stream: survey.stream,
    digests: survey.digests.length,
    newest: newest === null ? null : { sequence: newest.sequence, sha256: newest.sha256, until: newest.until },
    keys: keysOf(survey),
    objects,
    size_bytes: bytes,
    read_earlier_bytes: bytesReadEarlier,
    lines,
  };
}

/** What follows on the findings, for people. */
export function verifyText(report: VerifyReport): string {
  const { level, streams, seconds } = report;
  const signed = streams.filter(({ survey }) => survey.digests.length > 0);
  const bytes = streams.reduce((total, stream) => total + stream.bytes, 0);
  const objects = streams.reduce((total, stream) => total + stream.objects, 0);
  const earlier = streams.reduce((total, stream) => total + stream.bytesReadEarlier, 0);
  const ofEarlier = earlier === 0 ? "" : `, of which ${formatBytes(earlier)} were read by an earlier run`;
  const work = `${formatThings(objects, "object")}, ${formatBytes(bytes)}${ofEarlier}, looked at in ${seconds.toFixed(1)} s, level ${level}`;
  return (
    (signed.length === 0 ? "" : streamTable(signed)) +
    keyText(report) +
    catalogueText(report) +
    unprovenText(report) +
    (signed.length > 0 && objects === 0
      ? "no digest names an object of these days: only the chain was verified\n"
      : "") +
    `${work}\n${verdictText(report)}\n`
  );
}

function streamTable(streams: readonly VerifiedStream[]): string {
  return formatTable(
    [
      { head: "stream", align: "left", cell: ({ survey }) => survey.stream },
      { head: "digests", align: "right", cell: ({ survey }) => formatCount(survey.digests.length) },
      { head: "until", align: "left", cell: ({ survey }) => newestOf(survey)?.until ?? "–" },
      { head: "objects", align: "right", cell: ({ objects }) => formatCount(objects) },
      { head: "size", align: "right", cell: ({ bytes }) => formatBytes(bytes) },
      { head: "lines", align: "right", cell: ({ lines }) => formatCount(lines) },
      { head: "newest digest, to be kept for --after", align: "left", cell: ({ survey }) => endText(survey) },
    ],
    streams,
  );
}

function endText(survey: VerifiedStream["survey"]): string {
  const newest = newestOf(survey);
  return newest === null ? "–" : `${survey.stream}:${newest.sequence}:${newest.sha256}`;
}

function keyText({ streams, givenKeys }: VerifyReport): string {
  if (givenKeys.length > 0)
    return `held against the key that was given, and what follows on it: ${givenKeys.join(", ")}\n`;
  const keys = [...new Set(streams.flatMap(({ survey }) => keysOf(survey)))];
  if (keys.length === 0) return "";
  return (
    `no key was given: the archive's own is believed, ${keys.join(", ")} ` +
    "(hint: compare it with what the signer says, keep it, and give it with --key)\n"
  );
}

function catalogueText({ otherCatalogue, notCompared }: VerifyReport): string {
  const others =
    otherCatalogue === 0
      ? ""
      : `counts of ${formatThings(otherCatalogue, "plan")} are of another catalogue and were not derived again ` +
        "(hint: --set catalogue=FILE)\n";
  const left =
    notCompared === 0
      ? ""
      : `figures of ${formatThings(notCompared, "plan")} were not compared: bytes that they rest on cannot be read\n`;
  return others + left;
}

function unprovenText({ unproven, unprovenTotal }: VerifyReport): string {
  if (unprovenTotal === 0) return "";
  const lines = unproven.slice(0, MOST_SHOWN).map(({ object, why }) => `  ${asLine(`"${object}": ${why}`)}\n`);
  const more = unprovenTotal - lines.length;
  const rest = more > 0 ? `  and ${formatCount(more)} more\n` : "";
  return `not proved, as no digest has signed it yet: ${formatThings(unprovenTotal, "object")}\n${lines.join("")}${rest}`;
}

/** One sentence. */
export function verdictText({ findingsTotal, findings }: VerifyReport): string {
  if (findingsTotal === 0) return "verified: nothing is missing, extra or altered";
  const untold = findingsTotal - findings.length;
  const rest = untold > 0 ? `, of which ${formatCount(untold)} are not printed` : "";
  return `not verified: ${formatThings(findingsTotal, "finding")}${rest}`;
}

function newestOf({ digests }: VerifiedStream["survey"]) {
  return digests.findLast(({ isSigned }) => isSigned) ?? null;
}

function keysOf({ digests }: VerifiedStream["survey"]): string[] {
  return [...new Set(digests.filter(({ isSigned }) => isSigned).map(({ key }) => key))];
}
