import { type Finding, findingOf, type Unproven } from "../../../archive/verify/finding.ts";
import type { KeptEnd } from "../../../archive/verify/kept-end.ts";
import type { KeyTrust } from "../../../archive/verify/key-trust.ts";
import type { VerifiedStream } from "../../../archive/verify/stream-check.ts";
import { verifyVault } from "../../../archive/verify/verify.ts";
import type { PipelineSettings } from "../../../config/pipeline.ts";
import type { Clock } from "../../../core/clock.ts";
import type { ObjectStore } from "../../../core/object-store.ts";
import { SECOND_MS } from "../../../core/units.ts";
import type { SealedCheck } from "../../../counts/recount/sealed-check.ts";
import type { openLineCheck } from "../../open/counts/sealed-check.ts";
import { daysBetween, type TimeSpan } from "../../options/time-span.ts";
import { givingUp } from "../../process/interruptible.ts";
import { loadCatalogue } from "../../settings.ts";
import { type Level, MOST_TOLD, type VerifyReport } from "./verify-report.ts";
import { NO_STATE, openVerifyState } from "./verify-state.ts";

interface VerificationOptions {
  readonly settings: PipelineSettings;
  readonly store: ObjectStore;
  readonly level: Level;
  /** A stream; null for all. */
  readonly only: string | null;
  readonly span: TimeSpan;
  readonly trust: KeyTrust;
  readonly kept: readonly KeptEnd[];
  /** Where it is noted what was read; null for nowhere. */
  readonly statePath: string | null;
  /** What no digest has signed yet is a finding too. */
  readonly isStrict: boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Is told of each part of the work before it begins: so many digests, then objects of so many bytes. */
  readonly onDigests: (digests: number) => void;
  readonly onObjects: (totalBytes: number) => void;
  /** So much more of the part is done. */
  readonly onDone: (amount: number) => void;
  /** Is told of the first findings, as they come. */
  readonly onFinding: (finding: Finding) => void;
}

/** Proves what can be proved of an archive. Rejects with `UsageError`, with `IoError`, and with the reason of the signal. */
export async function verifyArchive(options: VerificationOptions): Promise<VerifyReport> {
  const { settings, store, level, trust, clock, onObjects } = options;
  const startedMs = clock.monotonicMs();
  const onDone = givingUp(options.signal, options.onDone);
  const noted = noteFindings(options);
  const catalogue = level === "full" ? await loadCatalogue(settings.cataloguePath) : null;
  const manner = { level, catalogue: catalogue?.digest ?? null };
  const state = options.statePath === null ? NO_STATE : await openVerifyState(options.statePath, manner);
  const lines = catalogue === null ? null : await openLines(settings, store, catalogue, onDone);
  let streams: readonly VerifiedStream[];
  try {
    streams = await verifyVault({
      store,
      only: options.only,
      takes: daysBetween(options.span),
      trust,
      kept: options.kept,
      readLines: lines === null ? null : (plans) => lines.check(plans),
      ledger: state,
      onDigests: options.onDigests,
      onDigest: () => onDone(1),
      onSurveyed(surveys, totalBytes) {
        state.bindTo(surveys);
        onObjects(totalBytes);
      },
      onBytes: onDone,
      onFinding: noted.onFinding,
      onUnproven: (each) => noted.onUnproven(each),
    });
  } finally {
    lines?.close();
  }
  return {
    level,
    streams,
    givenKeys: [...trust.fingerprints],
    ...noted.report(),
    otherCatalogue: catalogue === null ? 0 : plansOfOthers(streams, catalogue.digest),
    notCompared: lines?.report.notCompared ?? 0,
    seconds: (clock.monotonicMs() - startedMs) / SECOND_MS,
  };
}

/** Only at level full: DuckDB would add its own start-up to that of every other command. */
async function openLines(...parts: Parameters<typeof openLineCheck>): Promise<SealedCheck> {
  const { openLineCheck: open } = await import("../../open/counts/sealed-check.ts");
  return open(...parts);
}

function plansOfOthers(streams: readonly VerifiedStream[], catalogue: string): number {
  const others = streams.flatMap(({ catalogues }) => [...catalogues].filter(([digest]) => digest !== catalogue));
  return others.reduce((total, [, plans]) => total + plans, 0);
}

/** Keeps the first findings, and passes them on at once. */
function noteFindings({ isStrict, onFinding: tell }: Pick<VerificationOptions, "isStrict" | "onFinding">) {
  const findings: Finding[] = [];
  const unproven: Unproven[] = [];
  let findingsTotal = 0;
  let unprovenTotal = 0;
  const onFinding = (finding: Finding): void => {
    findingsTotal += 1;
    if (findings.length === MOST_TOLD) return;
    findings.push(finding);
    tell(finding);
  };
  return {
    onFinding,
    onUnproven(each: Unproven) {
      const { stream, object, why } = each;
      if (isStrict) return onFinding(findingOf("unproven", stream, { object, what: why }));
      unprovenTotal += 1;
      if (unproven.length < MOST_TOLD) unproven.push(each);
    },
    report: () => ({ findings, findingsTotal, unproven, unprovenTotal }),
  };
}
