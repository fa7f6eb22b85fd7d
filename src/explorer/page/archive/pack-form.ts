import { html, nothing, type TemplateResult } from "lit-html";
import type { About } from "../../answers.ts";
import { askForFile, saveFile } from "../connection.ts";
import { problemText } from "../loading.ts";
import { bytesText } from "../quantity.ts";
import { problemBox } from "../states.ts";
import { nextDay } from "./month.ts";

/** How far a pack is. */
type Making =
  | { readonly kind: "none" }
  | { readonly kind: "making" }
  | { readonly kind: "failed"; readonly problem: string }
  /** `sha256` is null where the browser makes none. */
  | { readonly kind: "made"; readonly name: string; readonly bytes: number; readonly sha256: string | null };

/** The form by which an evidence pack is asked for. */
export interface PackForm {
  /** `day` is filled in; null for none. */
  show(day: string | null): TemplateResult;
  readonly leave: () => void;
}

const FIELDS = [
  ["correlation_id", "Correlation id", "of one request"],
  ["user", "User", "101 or alice"],
  ["group", "Root group", "my-group"],
  ["project", "Project", "my-group/my-project"],
  ["status", "Status", "404 or 5xx"],
  ["field", "Field", "name=value"],
  ["text", "Text in the line", ""],
] as const;

export function createPackForm(about: About, update: () => void): PackForm {
  let making: Making = { kind: "none" };
  let stop = new AbortController();
  const set = (next: Making): void => {
    making = next;
    update();
  };
  const make = async (body: Readonly<Record<string, string>>, { signal }: AbortController): Promise<void> => {
    try {
      const pack = await askForFile("/api/export", new URLSearchParams(), body, signal);
      const name = packName(body["since"], body["until"]);
      saveFile(pack, name);
      set({ kind: "made", name, bytes: pack.size, sha256: await sha256Of(pack) });
    } catch (error) {
      set(signal.aborted ? { kind: "none" } : { kind: "failed", problem: problemText(error) });
    }
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!(event.target instanceof HTMLFormElement) || making.kind === "making") return;
    const body: Record<string, string> = {};
    for (const [name, value] of new FormData(event.target)) {
      if (typeof value === "string" && value.trim() !== "") body[name] = value.trim();
    }
    stop = new AbortController();
    set({ kind: "making" });
    void make(body, stop);
  };
  return {
    leave: () => stop.abort(),
    show: (day) => html`
      <p class="note">
        One file with the lines that match, and all that proves that they were archived so: whoever has the public key can check
        it without this archive. Only what is sealed and signed can be in it.
      </p>
      <form class="controls" @submit=${submit}>
        ${inputs(about, day)}
        <label class="check"><input type="checkbox" name="yes" value="true" /> also where more than 1 GiB has to be read</label>
        <button class="main" ?disabled=${making.kind === "making"}>Build evidence pack</button>
        ${making.kind === "making" ? html`<button type="button" @click=${() => stop.abort()}>Stop</button>` : nothing}
      </form>
      ${makingState(making)}
    `,
  };
}

function inputs({ logs, events }: About, day: string | null): TemplateResult {
  return html`
    <label>From (UTC)<input name="since" placeholder="2020-12-22 or 7d" .defaultValue=${day ?? ""} /></label>
    <label>Before (UTC)<input name="until" placeholder="2020-12-23" .defaultValue=${day === null ? "" : nextDay(day)} /></label>
    <label
      >Event<select name="event">
        <option value="">any line</option>
        ${events.map((event) => html`<option>${event}</option>`)}
      </select></label
    >
    <label
      >Log<select name="log">
        <option value="">any</option>
        ${logs.map((log) => html`<option>${log}</option>`)}
      </select></label
    >
    ${FIELDS.map(
      ([name, words, example]) =>
        html`<label>${words}<input name=${name} placeholder=${example} autocomplete="off" /></label>`,
    )}
  `;
}

function makingState(making: Making): TemplateResult | typeof nothing {
  switch (making.kind) {
    case "none":
      return nothing;
    case "making":
      return html`<p class="waiting" role="status">Looking for the lines, and for what proves them …</p>`;
    case "failed":
      return problemBox(making.problem);
    case "made":
      return html`<div class="outcome" role="status">
        <p class="good"><strong>✓ ${making.name}, ${bytesText(making.bytes)}, is with your downloads.</strong></p>
        <p>Whoever gets it checks it so, with the public key that whoever signs has given them:</p>
        <pre>logtally archive check-proof ${making.name} --key auditor.pub</pre>
        ${
          making.sha256 === null
            ? nothing
            : html`<p>Tell them its SHA-256 on another way: <code class="sum">${making.sha256}</code></p>`
        }
      </div>`;
  }
}

/** What was asked for stands in the name. */
export function packName(since: string | undefined, until: string | undefined): string {
  const span = [since, until].filter((each) => each !== undefined).join("-to-");
  return `evidence${span === "" ? "" : `-${span.replaceAll(/[^\w-]/g, "")}`}.tar.gz`;
}

/** Null where the page is not from this machine, nor encrypted: browsers keep it from there. */
async function sha256Of(file: Blob): Promise<string | null> {
  if (!isSecureContext) return null;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
