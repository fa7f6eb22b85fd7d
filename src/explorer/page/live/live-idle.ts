import { html, type TemplateResult } from "lit-html";
import type { About } from "../../answers.ts";
import type { LiveReport } from "../../live-answers.ts";
import { linkTo } from "../address.ts";
import { agoText } from "../duration.ts";
import { moment } from "../moment.ts";

/** The stream of `logtally demo`: simulated lines have their place there. */
const DEMO_STREAM = "demo";

/** That no worker runs, and how to start one. */
export function nothingWritten({ minutes, last_written: last }: LiveReport, now: string, about: About): TemplateResult {
  return html`<div class="empty">
    <p>
      <strong>No worker has written to this archive in the last ${minutes} minutes.</strong>
      ${last === null ? "Nothing was ever written to it." : html`The last lines were written ${agoText(last, now)}, at ${moment(last)} UTC.`}
    </p>
    <p>A worker reads logs and archives their lines. Start one in a terminal, and its lines appear here by themselves:</p>
    <pre>${commandFor(about)}</pre>
    <p>
      What is in the archive already can be searched under <a href=${linkTo("logs")}>Logs</a> and is counted under
      <a href=${linkTo("counts")}>Counts</a>.
    </p>
  </div>`;
}

/** One that can be typed as it stands where the archive is of simulated lines. */
function commandFor({ archive, streams }: About): string {
  const isDemo = streams.length === 1 && streams[0] === DEMO_STREAM;
  if (!isDemo) return "logtally run PIPELINE.yaml";
  const generate = "npx logtally generate --rate 50 --start now";
  return `${generate} | npx logtally run --from - --set name=${DEMO_STREAM} --archive ${quoted(archive)}`;
}

/** As a shell takes it for what it is. */
function quoted(word: string): string {
  return /[^\w./-]/.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : word;
}
