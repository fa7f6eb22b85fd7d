import { html, nothing, type TemplateResult } from "lit-html";
import type { LineVariant } from "../../logs-answers.ts";
import { download } from "../connection.ts";
import { bytesText } from "../quantity.ts";
import { logged } from "./visible-text.ts";

const SHORT_CHARS = 4000;

/** The line as it came. */
export function rawPart({ row, hash, raw }: LineVariant, isExpanded: boolean, onExpand: () => void): TemplateResult {
  const { text, is_utf8: isUtf8, is_cut: isCut, size_bytes: sizeBytes } = raw;
  const isLong = text.length > SHORT_CHARS && !isExpanded;
  const params = new URLSearchParams({ id: row.id, hash });
  return html`
    <p class="note">
      ${bytesText(sizeBytes)}, byte for byte as it came.
      ${isUtf8 ? nothing : "Some of its bytes are no UTF-8; they are shown as \ufffd here, and are whole in the file."}
      ${isCut ? "Only its beginning is shown; the file has all of it." : nothing}
    </p>
    <div class="row">
      <button type="button" @click=${() => navigator.clipboard.writeText(text)} ?disabled=${!isUtf8 || isCut}>Copy</button>
      <button type="button" @click=${() => download("/api/raw", params, `${row.id}.json`)}>Download all bytes</button>
    </div>
    <pre class="raw" tabindex="0" aria-label="Raw line">${logged(text, isLong ? SHORT_CHARS : text.length)}</pre>
    ${isLong ? html`<button type="button" @click=${onExpand}>Show all</button>` : nothing}
  `;
}
