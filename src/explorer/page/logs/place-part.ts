import { html, nothing, type TemplateResult } from "lit-html";
import type { LineVariant, ProofAnswer } from "../../logs-answers.ts";
import { download } from "../connection.ts";
import type { Loaded } from "../loading.ts";
import { moment } from "../moment.ts";
import { bytesText, countText, thingsText } from "../quantity.ts";
import { remarksBox, shown } from "../states.ts";

/** Where the line lies in the archive, and whether that can be proved; `proof` is null until somebody asks. */
export function placePart(line: LineVariant, proof: Loaded<ProofAnswer> | null, onVerify: () => void): TemplateResult {
  const { place, hash, hour, meta, is_id_of_bytes: isOfBytes } = line;
  const rows: readonly (readonly [string, string | TemplateResult])[] = [
    ["Object", html`<code>${place.object}</code>, line ${countText(place.row + 1)} of it`],
    ["Stream", place.stream],
    ["Hour", hour === "undated" ? "none: the line has no time" : moment(hour)],
    [
      "Sealed",
      place.is_sealed
        ? html`yes, by <code>${place.manifest}</code>`
        : "not yet: lines are sealed some time after their hour is over",
    ],
    ["Hash", html`<code>${hash}</code>`],
    [
      "Id",
      isOfBytes ? "made of the bytes of the line" : "made of what the line or its transport says, not of its bytes",
    ],
    ["Kind", meta.lane],
    ...(meta.message_id === undefined ? [] : [["Message", meta.message_id] as const]),
  ];
  return html`
    <table class="place">
      <caption>Where the line lies in the archive</caption>
      <tbody>
        ${rows.map(([name, value]) => html`<tr><th scope="row">${name}</th><td class="key">${value}</td></tr>`)}
      </tbody>
    </table>
    <div class="row">
      <button type="button" class="main" @click=${onVerify}>Verify this line</button>
    </div>
    ${proof === null ? nothing : shown(proof, "Verifying", (answer) => proofBox(answer, line), onVerify)}
  `;
}

function proofBox(answer: ProofAnswer, { row, hash, place }: LineVariant): TemplateResult {
  if (!answer.is_proved) {
    const words = { unknown: "Not found.", not_sealed: "Not sealed yet.", not_signed: "Sealed, but not signed yet." };
    return html`<div class="verdict" role="status"><p><strong class="warn">${words[answer.kind]}</strong></p><p>${answer.why}</p></div>`;
  }
  const { digest, path_length: steps, proof_bytes: sizeBytes, remarks, is_id_proved: isIdProved } = answer;
  const params = new URLSearchParams({ id: row.id, hash, stream: place.stream, format: "file" });
  return html`<div class="verdict" role="status">
    <p><strong class="good">✓ Proved: this line was archived, sealed and signed as it is here.</strong></p>
    <ul>
      <li>Its bytes lead by ${thingsText(steps, "hash")} to the root of its segment, which <code>${answer.manifest}</code> names.</li>
      <li>
        That manifest is signed by digest ${countText(digest.sequence)} of ${moment(digest.signed_at)} (UTC), with the key
        <code>${digest.key}</code>.
      </li>
      <li>${isIdProved ? "Its id is made of these bytes, and so proved too." : "Its id is only stated: it is not made of the bytes."}</li>
    </ul>
    ${remarksBox(remarks)}
    <button type="button" @click=${() => download("/api/proof", params, `proof-${row.id}.json`)}>
      Download the proof (${bytesText(sizeBytes)})
    </button>
    <p class="note">Whoever has your public key checks it with: logtally archive check-proof proof-${row.id}.json --key KEY.pub</p>
  </div>`;
}
