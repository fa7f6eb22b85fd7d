import { html, nothing, type TemplateResult } from "lit-html";
import type { SearchRow } from "../../logs-answers.ts";
import { linkWith, type Place } from "../address.ts";
import { bytesText } from "../quantity.ts";
import { logged } from "./visible-text.ts";

/** A column of the table of lines, beside the time, which opens a line. */
interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
  readonly cell: (row: SearchRow) => TemplateResult | string | typeof nothing;
}

const MOST_CHARS = 120;

const COLUMNS: Readonly<Record<string, Column>> = {
  log: { title: "Log", cell: ({ log }) => logged(log, MOST_CHARS) },
  status: { title: "Status", cell: statusCell },
  what: { title: "What", cell: whatCell },
  events: { title: "Counted as", cell: ({ events }) => events.join(", ") },
  user: { title: "User", cell: ({ user }) => text(user) },
  group: { title: "Group", cell: ({ group }) => text(group) },
  duration: {
    title: "Took",
    isNumber: true,
    cell: ({ duration_ms: ms }) => (ms === null ? nothing : tookText(ms)),
  },
  method: { title: "Method", cell: ({ method }) => text(method) },
  path: { title: "Path", cell: ({ path }) => text(path) },
  project: { title: "Project", cell: ({ project }) => text(project) },
  correlation_id: { title: "Request", cell: ({ correlation_id: id }) => text(id) },
  size: { title: "Size", isNumber: true, cell: ({ size_bytes: size }) => bytesText(size) },
  id: { title: "Id", cell: ({ id }) => html`<code>${id}</code>` },
};
const USUAL = "log,status,what,events,user,group,duration";

/** Those that an address names, else the usual ones. */
export function columnsOf({ params }: Place): [name: string, column: Column][] {
  const names = (params.get("columns") ?? USUAL).split(",");
  return Object.entries(COLUMNS).filter(([name]) => names.includes(name));
}

/** Where the columns are chosen. */
export function columnChoice(place: Place, go: (link: string, how: "replaces") => void): TemplateResult {
  const chosen = columnsOf(place).map(([name]) => name);
  const toggle = (name: string): void => {
    const names = chosen.includes(name) ? chosen.filter((each) => each !== name) : [...chosen, name];
    const columns = Object.keys(COLUMNS)
      .filter((each) => names.includes(each))
      .join(",");
    go(linkWith(place, { columns: columns === USUAL ? null : columns || "none" }), "replaces");
  };
  return html`<details class="columns">
    <summary>Columns</summary>
    <div class="row">
      ${Object.entries(COLUMNS).map(
        ([name, { title }]) => html`<label class="check">
          <input type="checkbox" .checked=${chosen.includes(name)} @change=${() => toggle(name)} /> ${title}
        </label>`,
      )}
    </div>
  </details>`;
}

/** `356 ms`, `2.41 s` */
export function tookText(ms: number): string {
  if (ms < 10) return `${Number(ms.toFixed(2))} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(2)} s`;
}

/** Not by colour alone: the number says it too. */
export function statusCell({ status, outcome, reason }: SearchRow): TemplateResult | string {
  if (reason !== null) return html`<span class="warn">no record: ${reason}</span>`;
  if (status === null) return outcome ?? "";
  const kind = status.startsWith("5") ? "bad" : status.startsWith("4") ? "warn" : "";
  return html`<span class=${kind}>${status}</span>`;
}

function whatCell({ what, method, path }: SearchRow): TemplateResult | typeof nothing {
  const shown = what ?? path;
  if (shown === null) return nothing;
  return html`${method === null ? nothing : html`<span class="note">${logged(method, MOST_CHARS)}</span> `}${logged(shown, MOST_CHARS)}`;
}

function text(value: string | null): TemplateResult | typeof nothing {
  return value === null ? nothing : logged(value, MOST_CHARS);
}
