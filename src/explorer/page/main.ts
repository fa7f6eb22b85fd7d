import { html, render, type TemplateResult } from "lit-html";
import type { About } from "../answers.ts";
import { type Place, placeOf, VIEW_NAMES, type ViewName } from "./address.ts";
import { createArchiveView } from "./archive/archive-view.ts";
import { ask, takeToken } from "./connection.ts";
import { createCountsView } from "./counts/counts-view.ts";
import { createLiveView } from "./live/live-view.ts";
import { createLoading } from "./loading.ts";
import { createLogsView } from "./logs/logs-view.ts";
import { problemBox, shown } from "./states.ts";
import type { Page, View } from "./view.ts";

const MAKERS: Readonly<Record<ViewName, (page: Page) => View>> = {
  live: createLiveView,
  logs: createLogsView,
  counts: createCountsView,
  archive: createArchiveView,
};
const TITLES: Readonly<Record<ViewName, string>> = { live: "Live", logs: "Logs", counts: "Counts", archive: "Archive" };

takeToken();
const about = createLoading<About>(update);
const views = new Map<ViewName, View>();
let place = placeOf(new URL(location.href));
let isAwaited = false;

/** Shows everything again, once for all that has changed. */
function update(): void {
  if (isAwaited) return;
  isAwaited = true;
  queueMicrotask(() => {
    isAwaited = false;
    render(pageOf(), document.body);
  });
}

function go(link: string, how?: "replaces"): void {
  if (how === "replaces") history.replaceState(null, "", link);
  else history.pushState(null, "", link);
  arrive();
}

/** What the address says has changed. */
function arrive(): void {
  const before = place.view;
  place = placeOf(new URL(location.href));
  if (before !== place.view) {
    views.get(before)?.leave();
    scrollTo(0, 0);
  }
  update();
}

function pageOf(): TemplateResult {
  document.title = `${TITLES[place.view]} – logtally`;
  const loaded = about.of("about", (signal) => ask<About>("/api/about", new URLSearchParams(), signal));
  return html`
    <a class="skip" href="#main">Skip to the content</a>
    <header>
      <strong class="name">logtally</strong>
      <nav aria-label="Views">
        ${VIEW_NAMES.map(
          (name) => html`<a href="/${name}" aria-current=${name === place.view ? "page" : "false"}>${TITLES[name]}</a>`,
        )}
      </nav>
      <span class="archive" title="The archive that is looked at">${loaded.kind === "ready" ? loaded.value.archive : ""}</span>
    </header>
    <main id="main" tabindex="-1">
      <h1>${TITLES[place.view]}</h1>
      ${
        loaded.kind === "failed"
          ? problemBox(loaded.problem, () => {
              about.forget();
              update();
            })
          : shown(loaded, "Opening the archive", (known) => viewOf(known, place))
      }
    </main>
  `;
}

function viewOf(known: About, { view: name }: Place): TemplateResult {
  let view = views.get(name);
  if (view === undefined) {
    view = MAKERS[name]({ about: known, update, go });
    views.set(name, view);
  }
  return view.show(place);
}

/** A link to another view needs no new page. */
function followLink(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (link === null || !isPlain || event.defaultPrevented || link.target !== "" || link.hasAttribute("download"))
    return;
  const target = new URL(link.href);
  const isView = target.origin === location.origin && VIEW_NAMES.some((name) => target.pathname === `/${name}`);
  if (!isView || target.hash !== "") return;
  event.preventDefault();
  go(`${target.pathname}${target.search}`);
}

addEventListener("popstate", arrive);
document.addEventListener("click", followLink);
update();
