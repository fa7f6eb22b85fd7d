import { html, nothing, type TemplateResult } from "lit-html";
import type { Verified, VerifyPart, VerifyReportAnswer } from "../../archive-answers.ts";
import { bytesText, countText, thingsText } from "../quantity.ts";
import { problemBox } from "../states.ts";
import { findingsTable } from "./findings-table.ts";
import { contradictionText } from "./intactness.ts";

export type Finding = VerifyReportAnswer["findings"][number];
type Progress = Extract<VerifyPart, { part: "progress" }>;

/** How far a verification is. */
export type Run =
  | { readonly kind: "none" }
  | {
      readonly kind: "running";
      readonly what: string;
      readonly progress: Progress | null;
      readonly findings: readonly Finding[];
    }
  | { readonly kind: "done"; readonly what: string; readonly report: VerifyReportAnswer; readonly verified: Verified }
  | { readonly kind: "failed"; readonly problem: string; readonly findings: readonly Finding[] };

/**
 * How it stands; `onStop` ends it. `isWrongNow`: names tell by now that something is. What one has found that came to its
 * end is told beside all else that is wrong, and not here.
 */
export function runState(run: Run, isWrongNow: boolean, onStop: () => void): TemplateResult | typeof nothing {
  switch (run.kind) {
    case "none":
      return nothing;
    case "running":
      return html`${progressBar(run.what, run.progress, onStop)}${findingsTable(run.findings, run.findings.length, "Found so far")}`;
    case "failed":
      return html`${problemBox(run.problem)}${findingsTable(run.findings, run.findings.length, "Found so far")}`;
    case "done":
      return outcome(run, isWrongNow);
  }
}

function progressBar(what: string, progress: Progress | null, onStop: () => void): TemplateResult {
  const { of = "digests", done = 0, total = 0 } = progress ?? {};
  const words =
    progress === null
      ? "beginning"
      : of === "digests"
        ? `following the digests, ${countText(done)} of ${countText(total)}`
        : `reading what they name, ${bytesText(done)} of ${bytesText(total)}`;
  return html`<div class="row running">
    <label
      >Verifying ${what}
      <progress max=${Math.max(total, 1)} value=${Math.min(done, Math.max(total, 1))}></progress
    ></label>
    <span class="note">${words}</span>
    <button type="button" @click=${onStop}>Stop</button>
  </div>`;
}

function outcome({ what, report, verified }: Extract<Run, { kind: "done" }>, isWrongNow: boolean): TemplateResult {
  const { streams, elapsed_s: seconds, keys_given: given } = report;
  const sum = (value: (stream: VerifyReportAnswer["streams"][number]) => number): number =>
    streams.reduce((total, stream) => total + value(stream), 0);
  const keys = [...new Set(streams.flatMap((stream) => stream.keys))];
  return html`<div class="outcome">
    ${verdictLine(what, verified.verdict, report)}
    ${isWrongNow ? html`<p class="warn">${contradictionText(verified, isWrongNow)}</p>` : nothing}
    <p class="note">
      ${thingsText(
        sum(({ objects }) => objects),
        "object",
      )},
      ${bytesText(sum((stream) => stream.size_bytes))},
      ${thingsText(
        sum(({ lines }) => lines),
        "line",
      )}
      looked at in ${seconds.toFixed(1)} s.
      ${
        given.length > 0
          ? `Held against the key that you gave: ${given.join(", ")}.`
          : keys.length === 0
            ? nothing
            : `No key was given, so the archive’s own is believed: ${keys.join(", ")}. Compare it with what whoever signs says.`
      }
    </p>
    ${
      streams.some(({ digests }) => digests > 0) && streams.every(({ objects }) => objects === 0)
        ? html`<p class="warn">No digest names an object of this time: only the chain of digests was verified.</p>`
        : nothing
    }
    ${unprovenList(report)}
  </div>`;
}

function verdictLine(what: string, verdict: string, report: VerifyReportAnswer): TemplateResult {
  if (!report.verified && report.findings.every(({ kind }) => kind === "no_digest")) {
    return html`<p class="warn" role="status">
      <strong>○ ${what}: nothing is proved, because nothing of ${signedOf(report)} is signed.</strong>
      logtally seal puts lines into the vault, logtally sign signs what is there. Then verify again.
    </p>`;
  }
  return html`<p class=${report.verified ? "good" : "bad"} role="status">
    <strong>${report.verified ? "✓" : "✕"} ${what}: ${verdict}</strong>
    ${report.verified ? nothing : "What was found is named below."}
  </p>`;
}

/** Of what nothing is signed. */
function signedOf({ findings, streams }: VerifyReportAnswer): string {
  const named = [...new Set(findings.map(({ stream }) => stream))].filter((stream) => stream !== "vault");
  return streams.some(({ digests }) => digests > 0) ? `stream ${named.join(", ")}` : "the archive";
}

function unprovenList({
  not_signed: unproven,
  not_signed_total: total,
}: VerifyReportAnswer): TemplateResult | typeof nothing {
  if (total === 0) return nothing;
  return html`<details>
    <summary>${thingsText(total, "object")} not proved: no digest has signed it yet (logtally sign)</summary>
    <ul>
      ${unproven.map(({ object, why }) => html`<li><code class="logged">${object}</code>: ${why}</li>`)}
      ${total > unproven.length ? html`<li>and ${countText(total - unproven.length)} more</li>` : nothing}
    </ul>
  </details>`;
}
