import { html, nothing, type TemplateResult } from "lit-html";
import type { Loaded } from "./loading.ts";

/** What is there, or that it is on its way, or what went wrong. */
export function shown<T>(
  loaded: Loaded<T>,
  what: string,
  show: (value: T) => TemplateResult,
  onAgain: (() => void) | null = null,
): TemplateResult {
  switch (loaded.kind) {
    case "ready":
      return html`<div class="answer">${show(loaded.value)}</div>`;
    case "failed":
      return problemBox(loaded.problem, loaded.isFinal ? null : onAgain);
    case "loading":
      return html`
        <p class="waiting" role="status">${what} …</p>
        ${loaded.previous === null ? nothing : html`<div class="answer stale" aria-busy="true">${show(loaded.previous)}</div>`}
      `;
  }
}

/** What went wrong, in words. */
export function problemBox(problem: string, onAgain: (() => void) | null = null): TemplateResult {
  return html`<div class="problem" role="alert">
    <p>${problem}</p>
    ${onAgain === null ? nothing : html`<button type="button" @click=${onAgain}>Try again</button>`}
  </div>`;
}

/** That there is nothing, and what to do. */
export function emptyBox(words: string | TemplateResult): TemplateResult {
  return html`<p class="empty">${words}</p>`;
}

/** What has to be known beside an answer. */
export function remarksBox(remarks: readonly string[]): TemplateResult | typeof nothing {
  if (remarks.length === 0) return nothing;
  return html`<ul class="remarks">
    ${remarks.map((remark) => html`<li>${remark}</li>`)}
  </ul>`;
}
