import { html, type TemplateResult } from "lit-html";
import type { HoursAnswer, Verified } from "../../archive-answers.ts";
import { agoText } from "../duration.ts";
import { moment } from "../moment.ts";
import { bytesText, thingsText } from "../quantity.ts";
import { remarksBox } from "../states.ts";
import { contradictionText, daysText, intactnessOf } from "./intactness.ts";

/** The answer to what an auditor asks first, and what it rests on. */
export function statement(answer: HoursAnswer): TemplateResult {
  const { tone, answer: words, more } = intactnessOf(answer);
  const { streams, archive, verified } = answer;
  return html`
    <div class="intact ${tone}">
      <p class="words">${words}</p>
      <p class="note">${more}</p>
    </div>
    <ul class="rests">
      ${streams.map(
        ({ stream, sealed_through: sealed, signed_at: signed }) => html`<li>
          Stream <span class="logged">${stream}</span>:
          ${sealed === null ? "nothing sealed yet (logtally seal)" : html`everything before ${moment(sealed)} is sealed`},
          ${signed === null ? "nothing signed yet (logtally sign)" : html`signed at ${moment(signed)}`}.
        </li>`,
      )}
      ${
        verified.length === 0
          ? html`<li>Not verified since logtally explore was started.</li>`
          : verified.map((each) => html`<li>${verifiedWords(each, answer)}</li>`)
      }
      <li>
        Stored are ${bytesText(archive.vault_bytes)} in ${thingsText(archive.vault_objects, "object")} of the vault, and
        ${bytesText(archive.wal_bytes)} in ${thingsText(archive.wal_objects, "object")} of the write-ahead log.
      </li>
    </ul>
    ${remarksBox(answer.remarks)}
  `;
}

function verifiedWords(verified: Verified, { now, problems, streams, findings }: HoursAnswer): TemplateResult {
  const isUnsigned = verified.findings > 0 && streams.every(({ signed_at: signed }) => signed === null);
  const isProvedWrong = findings.some(({ kind }) => kind !== "no_digest");
  const verdict = isUnsigned && !isProvedWrong ? "nothing is proved, as nothing was signed" : verified.verdict;
  return html`Verified ${agoText(verified.at, now)}, at ${moment(verified.at)}: ${daysText(verified)}, ${verdict}.
  ${contradictionText(verified, problems.length > 0)}`;
}
