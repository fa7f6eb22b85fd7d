import { html, type TemplateResult } from "lit-html";
import type { DigestAnswer, DigestChainAnswer, DigestsAnswer } from "../../archive-answers.ts";
import type { Loaded } from "../loading.ts";
import { moment } from "../moment.ts";
import { bytesText, countText, thingsText } from "../quantity.ts";
import { emptyBox, shown } from "../states.ts";

/** What digests are, and the chain of each stream. */
export function digestSection(chains: Loaded<DigestsAnswer>, onAgain: () => void): TemplateResult {
  return html`<section aria-labelledby="digests">
    <h2 id="digests">Digests</h2>
    <p class="note">
      A digest names everything that was sealed since the one before, by its hash, and is signed: whoever changed something
      would have to sign all later ones anew.
    </p>
    ${shown(chains, "Following the chain of digests", digestTables, onAgain)}
  </section>`;
}

function digestTables({ streams }: DigestsAnswer): TemplateResult {
  if (streams.length === 0) return emptyBox("No stream, and so no digest.");
  return html`${streams.map(chain)}`;
}

function chain({ stream, total, problem, digests }: DigestChainAnswer): TemplateResult {
  const newest = digests.find((digest) => digest.is_signed);
  if (total === 0) {
    return emptyBox(
      `Nothing of stream ${stream} is signed: logtally sign signs what is sealed, and then any change of it can be shown.`,
    );
  }
  return html`
    ${
      problem === null
        ? html`<p class="good">
            ✓ ${thingsText(total, "digest")} of stream <span class="logged">${stream}</span>, each bound to the one before,
            signed through ${newest === undefined ? "–" : moment(newest.to)}
          </p>`
        : html`<p class="bad">✕ The chain of stream <span class="logged">${stream}</span> is not to be trusted: ${problem}</p>`
    }
    <div class="scroll" tabindex="0" role="region" aria-label="Digests of stream ${stream}">
      <table class="digests">
        <caption>
          ${total > digests.length ? `The newest ${countText(digests.length)} of ${countText(total)} digests` : "All digests"},
          the newest first
        </caption>
        <thead>
          <tr>
            <th scope="col" class="number">number</th>
            <th scope="col">signed at</th>
            <th scope="col">what was sealed since</th>
            <th scope="col" class="number">objects</th>
            <th scope="col" class="number">size</th>
            <th scope="col">key</th>
            <th scope="col">SHA-256 of the digest</th>
          </tr>
        </thead>
        <tbody>
          ${digests.map(row)}
        </tbody>
      </table>
    </div>
  `;
}

function row({
  sequence,
  from,
  to,
  objects,
  size_bytes: bytes,
  key,
  sha256,
  is_signed: isSigned,
}: DigestAnswer): TemplateResult {
  return html`<tr>
    <th scope="row" class="number">${sequence}</th>
    <td>${isSigned ? moment(to) : html`<span class="warn">not signed</span>`}</td>
    <td>${sequence === 1 ? "the beginning" : moment(from)}</td>
    <td class="number">${countText(objects)}</td>
    <td class="number">${bytesText(bytes)}</td>
    <td><code>${key}</code></td>
    <td><code>${sha256}</code></td>
  </tr>`;
}
