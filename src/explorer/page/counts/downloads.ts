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
  const save = async (question: CountsQuestion, format: string): Promise<void> => {
    const params = countsParams(question);
    params.set("format", format);
    try {
      problem = null;
      await download("/api/counts", params, `counts-by-${question.by}.${format}`);
    } catch (error) {
      problem = problemText(error);
    }
    update();
  };
  return {
    show: (question) => html`<div class="row">
        ${Object.entries(FORMATS).map(
          ([format, words]) =>
            html`<button type="button" @click=${() => save(question, format)}>Download ${words}</button>`,
        )}
      </div>
      ${problem === null ? nothing : problemBox(problem)}`,
  };
}
