import { UsageError } from "../../../core/fault.ts";
import type { Verifications, Verified, VerifyPart } from "../../../explorer/archive-answers.ts";
import { type Asked, jsonLinesReply, type Reply } from "../../../explorer/server/route.ts";
import { verifyArchive } from "../../archive/verify/verification.ts";
import { readTrust } from "../../archive/verify/verify-options.ts";
import { LEVELS, reportJson, type VerifyReport, verdictText } from "../../archive/verify/verify-report.ts";
import { oneOf } from "../../options/options.ts";
import { askedSpan } from "../asked-lines.ts";
import { askedParams } from "../asked-params.ts";
import type { ExploredArchive } from "../explored-archive.ts";
import { bodyParams } from "./asked-body.ts";
import { fingerprint } from "./fingerprint.ts";
import { NOTHING_FOUND, standingAfter } from "./standing-findings.ts";

/** Verifies an archive, once at a time, and remembers how it came out. */
interface Verifier {
  /** By those that have come to their end. */
  told(): Verifications;
  verify(asked: Asked): Promise<Reply>;
}

/** Progress is told so often, at most. */
const TELL_EVERY_MS = 100;

export function createVerifier(archive: ExploredArchive): Verifier {
  let verified: readonly Verified[] = [];
  let standing = NOTHING_FOUND;
  let isRunning = false;
  const keep = ({ span }: Question, report: VerifyReport, newest: Verified): void => {
    const { level, findings, findingsTotal: total } = report;
    standing = standingAfter(standing, { level, span, findings, total });
    verified = [newest, ...(isOfAllDays(newest) ? [] : verified.filter(isOfAllDays))];
  };
  return {
    told: () => ({
      verified,
      findings: standing.found.map(({ finding }) => finding),
      findings_total: standing.found.length + standing.untold,
    }),
    async verify({ body, signal }) {
      const question = await questionOf(archive, body);
      if (isRunning) {
        throw new UsageError("verify the archive: a verification is under way (hint: wait for it, or stop it)");
      }
      isRunning = true;
      return jsonLinesReply(async (send) => {
        try {
          await verifyInParts(archive, question, { signal, send: (part) => send(part), keep });
        } finally {
          isRunning = false;
        }
      });
    },
  };
}

type Question = Awaited<ReturnType<typeof questionOf>>;

async function questionOf({ clock }: ExploredArchive, body: string) {
  const asked = askedParams(bodyParams(body));
  const level = asked.one("level", oneOf(LEVELS)) ?? "hashes";
  const span = askedSpan(asked, clock.nowMs(), "verify days");
  const keys = asked.all("keys", fingerprint);
  asked.end();
  return { level, span, trust: await readTrust(keys) };
}

interface PartsOptions {
  readonly signal: AbortSignal;
  readonly send: (part: VerifyPart) => Promise<void>;
  /** Is called before the end is told: who hears of it may ask at once. */
  readonly keep: (question: Question, report: VerifyReport, verified: Verified) => void;
}

async function verifyInParts(
  { settings, store, clock }: ExploredArchive,
  question: Question,
  { signal, send, keep }: PartsOptions,
): Promise<void> {
  const { level, span, trust } = question;
  // One after the other, though nobody waits for those of progress; who does not take them is gone.
  let sent = Promise.resolve();
  const tell = (part: VerifyPart): void => {
    sent = sent.then(() => send(part));
  };
  let progress: Extract<VerifyPart, { part: "progress" }> = { part: "progress", of: "digests", done: 0, total: 0 };
  let toldAtMs = clock.monotonicMs();
  const begin = (of: "digests" | "bytes", total: number): void => {
    progress = { part: "progress", of, done: 0, total };
    tell(progress);
  };
  const report = await verifyArchive({
    settings,
    store,
    level,
    only: null,
    span,
    trust,
    kept: [],
    statePath: null,
    isStrict: false,
    clock,
    signal,
    onDigests: (digests) => begin("digests", digests),
    onObjects: (totalBytes) => begin("bytes", totalBytes),
    onDone(amount) {
      progress = { ...progress, done: progress.done + amount };
      if (clock.monotonicMs() - toldAtMs < TELL_EVERY_MS) return;
      toldAtMs = clock.monotonicMs();
      tell(progress);
    },
    onFinding: (finding) => tell({ part: "finding", finding }),
  });
  const verified: Verified = {
    at: new Date(clock.nowMs()).toISOString(),
    level,
    since: timeText(span.since),
    until: timeText(span.until),
    findings: report.findingsTotal,
    objects: report.streams.reduce((total, { objects }) => total + objects, 0),
    not_signed: report.unprovenTotal,
    verdict: verdictText(report),
  };
  keep(question, report, verified);
  tell({ part: "report", report: reportJson(report), verified });
  await sent;
}

function isOfAllDays({ since, until }: Verified): boolean {
  return since === null && until === null;
}

function timeText(timeMs: number | undefined): string | null {
  return timeMs === undefined ? null : new Date(timeMs).toISOString();
}
