import { html, nothing, type TemplateResult } from "lit-html";
import type { VerifyPart } from "../../archive-answers.ts";
import { askInParts } from "../connection.ts";
import { problemText } from "../loading.ts";
import { nextDay } from "./month.ts";
import { type Finding, type Run, runState } from "./verification-run.ts";

/** What is to be verified: a day, or everything. */
export interface Verification {
  /** The controls, and how it stands; `day` is the newest whole one. `isWrongNow`: names tell by now that something is. */
  show(day: string | null, isWrongNow: boolean): TemplateResult;
  /** Begins; null: all days. */
  start(day: string | null): void;
  readonly leave: () => void;
}

const LEVELS = [
  ["hashes", "every byte"],
  ["full", "every byte, line and figure (slower)"],
] as const;

/** `onEnd` is called once a verification has come to its end. */
export function createVerification(update: () => void, onEnd: () => void): Verification {
  let run: Run = { kind: "none" };
  const manner: Manner = { level: "hashes", key: "" };
  let stop = new AbortController();

  const set = (next: Run): void => {
    run = next;
    update();
  };
  const follow = async (body: object, what: string, { signal }: AbortController): Promise<void> => {
    const findings: Finding[] = [];
    try {
      for await (const part of askInParts<VerifyPart>("/api/verify", new URLSearchParams(), signal, body)) {
        if (part.part === "finding") findings.push(part.finding);
        if (part.part === "report") {
          set({ kind: "done", what, report: part.report, verified: part.verified });
          onEnd();
        } else {
          const before = run.kind === "running" ? run.progress : null;
          set({ kind: "running", what, progress: part.part === "progress" ? part : before, findings: [...findings] });
        }
      }
    } catch (error) {
      const problem = signal.aborted ? "The verification was stopped: nothing is proved." : problemText(error);
      set({ kind: "failed", problem, findings });
    }
  };
  const start = (day: string | null): void => {
    if (run.kind === "running") return;
    stop = new AbortController();
    const what = day === null ? "all days" : day;
    const span = day === null ? {} : { since: day, until: nextDay(day) };
    set({ kind: "running", what, progress: null, findings: [] });
    const { level, key } = manner;
    void follow({ level, ...span, keys: key === "" ? [] : [key] }, what, stop);
  };
  return {
    start,
    leave: () => stop.abort(),
    show: (day, isWrongNow) =>
      html`${controls(day, manner, run.kind === "running", start)}${runState(run, isWrongNow, () => stop.abort())}`,
  };
}

/** How is verified; controls set it. */
interface Manner {
  level: string;
  /** Fingerprint; empty for the archive's own. */
  key: string;
}

function controls(
  day: string | null,
  manner: Manner,
  isRunning: boolean,
  start: (day: string | null) => void,
): TemplateResult {
  return html`<div class="row">
    <button type="button" class="main" ?disabled=${isRunning} @click=${() => start(null)}>Verify now</button>
    ${
      day === null
        ? nothing
        : html`<button type="button" ?disabled=${isRunning} @click=${() => start(day)}>
            Verify only ${day}, the newest whole day that is signed
          </button>`
    }
    <label
      >What is looked at
      <select
        @change=${(event: Event) => {
          manner.level = (event.target as HTMLSelectElement).value;
        }}
      >
        ${LEVELS.map(([value, words]) => html`<option value=${value} ?selected=${value === manner.level}>${words}</option>`)}
      </select></label
    >
    <label
      >Key that you kept (optional)
      <input
        placeholder="its fingerprint, 16 hex digits"
        size="28"
        autocomplete="off"
        spellcheck="false"
        .value=${manner.key}
        @input=${(event: Event) => {
          manner.key = (event.target as HTMLInputElement).value.trim().toLowerCase();
        }}
    /></label>
  </div>`;
}
