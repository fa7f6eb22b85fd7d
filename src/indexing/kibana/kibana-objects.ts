import { nameHint } from "../../core/nearest-name.ts";
import type { FieldPath } from "../../yaml/field-schema.ts";
import type { FieldProblem } from "../../yaml/problem.ts";
import { dashboardOf } from "./dashboard.ts";
import type { DashboardSource } from "./dashboard-schema.ts";
import { dataViewIdOf, dataViewOf } from "./data-view.ts";
import { type KibanaFile, type KibanaSources, type KibanaText, readKibanaSources } from "./kibana-sources.ts";
import type { Refuse } from "./refuse.ts";
import { type KibanaNaming, type SavedObject, tagOf } from "./saved-object.ts";
import { savedSearchOf } from "./saved-search.ts";

/** Of the file that is shipped: as long as indices are kept where nothing is said. */
export const DEFAULT_KEEP_DAYS = 30;

/**
 * All objects for Kibana, in an order in which each stands behind what it needs; the tag, which says their version, comes
 * first. `keepDays` says how long indices are kept after their day, so how far links look back. Throws `UsageError` with file and line of everything that cannot be turned into Kibana's form.
 */
export function kibanaObjects(
  texts: readonly KibanaText[],
  naming: KibanaNaming,
  keepDays: number,
): readonly SavedObject[] {
  const sources = readKibanaSources(texts);
  const objects = [
    ...dataViewsOf(sources, naming, keepDays),
    ...searchesOf(sources, naming),
    ...sources.dashboards.map((file) => dashboardIn(file, sources, naming)),
  ];
  return [tagOf(naming, objects), ...objects];
}

function dataViewsOf({ dataViews, searches }: KibanaSources, naming: KibanaNaming, keepDays: number): SavedObject[] {
  return checked(dataViews, (content, refuse) => {
    const known = Object.keys(searches.content.searches);
    const checkSearch = (name: string, path: FieldPath): void => {
      if (!known.includes(name)) refuse(path, `there is no search "${name}"`, nameHint(name, known, null));
    };
    const surroundings = { naming, keepDays, checkSearch };
    return Object.entries(content.data_views).map(([name, view]) => dataViewOf(name, view, surroundings));
  });
}

function searchesOf(sources: KibanaSources, naming: KibanaNaming): SavedObject[] {
  return checked(sources.searches, (content, refuse) => {
    const dataViewId = dataViewIds(sources, naming, refuse);
    return Object.entries(content.searches).map(([name, search]) => {
      const path = ["searches", name];
      const dataView = dataViewId(search.index, [...path, "index"]);
      return savedSearchOf(naming, name, search, dataView, path, refuse);
    });
  });
}

function dashboardIn(file: KibanaFile<DashboardSource>, sources: KibanaSources, naming: KibanaNaming): SavedObject {
  const dashboards = sources.dashboards.map(({ content }) => content);
  return checked(file, (content, refuse) => {
    return dashboardOf(content, { naming, dashboards, dataViewId: dataViewIds(sources, naming, refuse) }, refuse);
  });
}

function dataViewIds({ dataViews }: KibanaSources, naming: KibanaNaming, refuse: Refuse) {
  const known = Object.keys(dataViews.content.data_views);
  return (name: string, path: FieldPath): string => {
    if (!known.includes(name)) refuse(path, `there is no data view "${name}"`, nameHint(name, known, known.join(", ")));
    return dataViewIdOf(naming, name);
  };
}

/** What is made of a file, unless something was refused. */
function checked<Content, Made>(file: KibanaFile<Content>, make: (content: Content, refuse: Refuse) => Made): Made {
  const problems: FieldProblem[] = [];
  const made = make(file.content, (path, what, hint) => problems.push({ path, what, hint }));
  if (problems.length > 0) throw file.fault(problems);
  return made;
}
