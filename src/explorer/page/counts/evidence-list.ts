import { html, type TemplateResult } from "lit-html";
import type { CountsDocument } from "../../../counts/formats/json.ts";
import { linkTo, linkWith, type Place } from "../address.ts";
import { moment } from "../moment.ts";
import { thingsText } from "../quantity.ts";
import { emptyBox } from "../states.ts";

const MOST_SHOWN = 50;

/** What the counts of a span rest on: `FROM/TO`, in RFC 3339. */
export function evidenceList({ evidence }: CountsDocument, span: string, place: Place): TemplateResult {
  const set = evidence?.sets.find(({ from, to }) => `${from}/${to}` === span);
  if (set === undefined) return emptyBox("No count of this answer is of that span.");
  const { from, to, manifests, unsealed } = set;
  return html`<section class="proof" aria-label="What these counts rest on">
    <h2>What these counts rest on</h2>
    <p>
      The lines of ${moment(from)} to before ${moment(to)} (UTC). Sealed ones are named by
      ${thingsText(manifests.length, "manifest")}, each with the hash of every object; ${
        unsealed.length === 0
          ? "nothing else counts."
          : `${thingsText(unsealed.length, "object")} of the write-ahead log have lines that are not sealed yet.`
      }
      <a href=${linkTo("archive", {})}>Verify the archive</a> to see that none of it was changed, or have it counted again
      by <code>logtally recount</code>. <a href=${linkWith(place, { proof: null })}>Close</a>
    </p>
    ${list(manifests.map(({ name, sha256 }) => `${sha256}  ${name}`))} ${list(unsealed)}
  </section>`;
}

function list(lines: readonly string[]): TemplateResult {
  const more = lines.length - MOST_SHOWN;
  return html`<pre>${lines.slice(0, MOST_SHOWN).join("\n")}${more > 0 ? `\nand ${more} more` : ""}</pre>`;
}
