import { html, nothing, type TemplateResult } from "lit-html";
import type { VerifyPart, VerifyReportAnswer } from "../../archive-answers.ts";
import { bytesText, countText, thingsText } from "../quantity.ts";
import { problemBox } from "../states.ts";
import { findingsTable } from "./findings-table.ts";

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
  | { readonly kind: "done"; readonly what: string; readonly report: VerifyReportAnswer; readonly verdict: string }
  | { readonly kind: "failed"; readonly problem: string; readonly findings: readonly Finding[] };

/** How it stands; `onStop` ends it. */
export function runState(run: Run, onStop: () => void): TemplateResult | typeof nothing {
  switch (run.kind) {
    case "none":
      return nothing;
    case "running":
      return html`${progressBar(run.what, run.progress, onStop)}${findingsTable(run.findings, run.findings.length)}`;
    case "failed":
      return html`${problemBox(run.problem)}${findingsTable(run.findings, run.findings.length)}`;
    case "done":
      return outcome(run.what, run.verdict, run.report);
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

function outcome(what: string, verdict: string, report: VerifyReportAnswer): TemplateResult {
  const { streams, elapsed_s: seconds, keys_given: given } = report;
  const sum = (value: (stream: VerifyReportAnswer["streams"][number]) => number): number =>
    streams.reduce((total, stream) => total + value(stream), 0);
  const keys = [...new Set(streams.flatMap((stream) => stream.keys))];
  return html`<div class="outcome">
    <p class=${report.verified ? "good" : "bad"} role="status">
      <strong>${report.verified ? "✓" : "✕"} ${what}: ${verdict}</strong>
    </p>
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
    ${findingsTable(report.findings, report.findings_total)}${unprovenList(report)}
  </div>`;
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
