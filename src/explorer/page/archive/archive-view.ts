import { html } from "lit-html";
import type { Page, View } from "../view.ts";

export function createArchiveView(_page: Page): View {
  return { title: "Archive", show: () => html``, leave: () => undefined };
}
