import { html, nothing, type TemplateResult } from "lit-html";
import type { ExplainedEventAnswer, FindingAnswer, LineVariant, NearMissAnswer } from "../../logs-answers.ts";
import { emptyBox } from "../states.ts";
import { logged } from "./visible-text.ts";

const MOST_CHARS = 300;

/** Which events the line is counted as, by which rule, and what it nearly is. */
export function eventsPart({ explanation, redactions, row }: LineVariant): TemplateResult {
  const { events, near_misses: misses, has_rules: hasRules, dimensions } = explanation;
  return html`
    ${
      events.length > 0
        ? events.map(counted)
        : emptyBox(
            hasRules
              ? "This line is counted as no event: no rule holds for it."
              : `No rule is for lines of the log ${row.log}: they are kept, and counted as no event.`,
          )
    }
    ${dimensions === null || events.length === 0 ? nothing : countedBy(dimensions)}
    ${
      misses.length === 0
        ? nothing
        : html`<h3>What it nearly counts as</h3>
            ${misses.map(missed)}`
    }
    <h3>In the index</h3>
    <p>
      ${
        redactions === null
          ? "What would be masked cannot be told here."
          : redactions.length === 0
            ? "Nothing of this line is masked before it goes into a search index."
            : `Masked before it goes into a search index: ${redactions.map(({ kind, count }) => `${kind} (${count}×)`).join(", ")}.`
      }
    </p>
  `;
}

function counted({ event, rule, operation, detail, conditions }: ExplainedEventAnswer): TemplateResult {
  return html`<section class="event" aria-label=${event}>
    <h3>${event}</h3>
    <p>Counted once, by rule ${rule} of this event; operation ${operation}, detail ${logged(detail, MOST_CHARS)}.</p>
    ${findings(conditions, "All of this holds")}
  </section>`;
}

function missed({ event, rule, failed, unless, refines }: NearMissAnswer): TemplateResult {
  return html`<section class="event" aria-label="Not ${event}">
    <h4>Not ${event} (rule ${rule})</h4>
    ${unless === undefined ? nothing : html`<p>It is counted as ${unless} instead.</p>`}
    ${refines === undefined ? nothing : html`<p>It would have to be counted as ${refines.join(" or ")} first.</p>`}
    ${failed.length === 0 ? nothing : findings(failed, "This does not hold")}
  </section>`;
}

function findings(conditions: readonly FindingAnswer[], caption: string): TemplateResult {
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${caption}>
    <table>
      <caption>${caption}</caption>
      <thead><tr><th scope="col">Field</th><th scope="col">In the line</th><th scope="col">The rule wants</th></tr></thead>
      <tbody>
        ${conditions.map(
          ({ field, value, wanted }) => html`<tr>
            <th scope="row">${field}</th>
            <td class="mono">${value === null ? html`<span class="note">missing</span>` : logged(String(value), MOST_CHARS)}</td>
            <td>${wanted}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function countedBy(dimensions: Readonly<Record<string, string | null | undefined>>): TemplateResult {
  const known = Object.entries(dimensions).flatMap(([name, value]) =>
    typeof value === "string" ? [{ name, value }] : [],
  );
  return html`<p class="note">
    Counted for
    ${known.map(({ name, value }, at) => html`${at === 0 ? "" : ", "}${name} ${logged(value, MOST_CHARS)}`)}.
  </p>`;
}
