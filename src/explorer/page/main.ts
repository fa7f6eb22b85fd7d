import { html, render, type TemplateResult } from "lit-html";
import type { About } from "../answers.ts";
import { placeOf, VIEW_NAMES, type ViewName } from "./address.ts";
import { ask, brokenOff, takeToken } from "./connection.ts";
import { createLoading, type Loaded, problemText } from "./loading.ts";
import { problemBox, shown } from "./states.ts";
import type { Page, View } from "./view.ts";

type MakeView = (page: Page) => View;

const TITLES: Readonly<Record<ViewName, string>> = { live: "Live", logs: "Logs", counts: "Counts", archive: "Archive" };

takeToken();
const about = createLoading<About>(update);
/** Each is loaded when it is first looked at: nobody waits for the parts of another. */
const makers: Readonly<Record<ViewName, () => Loaded<MakeView>>> = {
  live: loadedOnce(async () => (await import("./live/live-view.ts")).createLiveView),
  logs: loadedOnce(async () => (await import("./logs/logs-view.ts")).createLogsView),
  counts: loadedOnce(async () => (await import("./counts/counts-view.ts")).createCountsView),
  archive: loadedOnce(async () => (await import("./archive/archive-view.ts")).createArchiveView),
};
const views = new Map<ViewName, View>();
let newest: About | null = null;
const page: Page = {
  get about() {
    if (newest === null) throw new Error("a view was made before the archive was known");
    return newest;
  },
  update,
  go,
};
let place = placeOf(new URL(location.href));
let isAwaited = false;

function loadedOnce(load: () => Promise<MakeView>): () => Loaded<MakeView> {
  const loading = createLoading<MakeView>(update);
  return () => loading.of("view", () => load().catch(brokenOff()));
}

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
    // Workers go on writing while somebody looks.
    about.leave();
    scrollTo(0, 0);
  }
  update();
}

function pageOf(): TemplateResult {
  document.title = `${TITLES[place.view]} – logtally`;
  const loaded = about.of("about", (signal) => ask<About>("/api/about", new URLSearchParams(), signal));
  // Asked for at once, so that both are on their way together.
  const made = makers[place.view]();
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
      ${shown(loaded, "Opening the archive", (known) => shown(made, "Opening the view", (make) => viewOf(known, make), reload), again)}
    </main>
  `;
}

function again(): void {
  about.forget();
  update();
}

/** Browsers do not ask for a script a second time. */
function reload(): void {
  location.reload();
}

function viewOf(known: About, make: MakeView): TemplateResult {
  newest = known;
  const view = views.get(place.view) ?? make(page);
  views.set(place.view, view);
  try {
    return view.show(place);
  } catch (error) {
    // Nothing else would be shown any more, and nobody would hear why.
    return problemBox(problemText(error), reload);
  }
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
