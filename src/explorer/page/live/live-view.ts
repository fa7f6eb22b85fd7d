import { html } from "lit-html";
import type { Page, View } from "../view.ts";

export function createLiveView(_page: Page): View {
  return { title: "Live", show: () => html``, leave: () => undefined };
}
