import { html } from "lit-html";
import type { CountsAnswer } from "../../answers.ts";
import { ask } from "../connection.ts";
import { createLoading } from "../loading.ts";
import { shown } from "../states.ts";
import type { Page, View } from "../view.ts";

export function createCountsView({ update }: Page): View {
  const answer = createLoading<CountsAnswer>(update);
  return {
    title: "Counts",
    show({ params }) {
      const loaded = answer.of(String(params), (signal) => ask<CountsAnswer>("/api/counts", params, signal));
      return shown(loaded, "Counting", ({ counts }) => html`<p>${counts.rows.length} rows</p>`);
    },
    leave: answer.leave,
  };
}
