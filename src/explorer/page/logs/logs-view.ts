import { html } from "lit-html";
import type { Page, View } from "../view.ts";

export function createLogsView(_page: Page): View {
  return { title: "Logs", show: () => html``, leave: () => undefined };
}
