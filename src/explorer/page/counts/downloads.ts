import { html, nothing, type TemplateResult } from "lit-html";
import { download } from "../connection.ts";
import { problemText } from "../loading.ts";
import { problemBox } from "../states.ts";
import { type CountsQuestion, countsParams } from "./counts-question.ts";

const FORMATS = { csv: "CSV", json: "JSON", parquet: "Parquet" } as const;

/** Buttons that give the counts of a question as a file. */
export interface Downloads {
  readonly show: (question: CountsQuestion) => TemplateResult;
}

export function createDownloads(update: () => void): Downloads {
  let problem: string | null = null;
  let coming: string | null = null;
  const save = async (question: CountsQuestion, format: string): Promise<void> => {
    const params = countsParams(question);
    params.set("format", format);
    problem = null;
    coming = format;
    update();
    try {
      await download("/api/counts", params, `counts-by-${question.by}.${format}`);
    } catch (error) {
      problem = problemText(error);
    }
    coming = null;
    update();
  };
  return {
    show: (question) => html`<div class="row">
        ${Object.entries(FORMATS).map(
          ([format, words]) =>
            html`<button type="button" ?disabled=${coming !== null} @click=${() => save(question, format)}>
              ${coming === format ? "Preparing" : "Download"} ${words}${coming === format ? " …" : nothing}
            </button>`,
        )}
        <span class="note">${contentText(question)}</span>
      </div>
      ${problem === null ? nothing : problemBox(problem)}`,
  };
}

/** What is in the files. */
function contentText({ compare, withSessions }: CountsQuestion): string {
  const missing = [...(compare === "" ? [] : ["the comparison"]), ...(withSessions ? [] : ["sessions"])];
  return `The files have all rows of the table${missing.map((what, at) => `${at === 0 ? "," : " and"} without ${what}`).join("")}.`;
}
