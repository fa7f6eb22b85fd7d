import { html, type TemplateResult } from "lit-html";

/** A time in UTC, to the second; the local one on hover. */
export function moment(time: string | number): TemplateResult {
  return html`<time datetime=${isoText(time)} title=${localText(time)}>${utcText(time)}</time>`;
}

/** The same with milliseconds. */
export function exactMoment(time: string | number): TemplateResult {
  return html`<time datetime=${isoText(time)} title=${localText(time)}>${isoText(time).replace("T", " ").replace("Z", "")}</time>`;
}

/** `2020-12-22 17:03:09`; milliseconds since 1970 or RFC 3339. */
export function utcText(time: string | number): string {
  return isoText(time).slice(0, 19).replace("T", " ");
}

function isoText(time: string | number): string {
  return new Date(time).toISOString();
}

/** The same moment where the reader is; for a hover. */
export function localText(time: string | number): string {
  return `${new Date(time).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" })} (local)`;
}
