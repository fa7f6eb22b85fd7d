import type { FieldPath } from "../../yaml/field-schema.ts";
import type { DashboardSource, PanelSource } from "./dashboard-schema.ts";
import { lensPanelOf, type Panel } from "./lens-panel.ts";
import type { Refuse } from "./refuse.ts";
import {
  type KibanaNaming,
  objectId,
  objectTitle,
  type Reference,
  type SavedObject,
  savedObject,
} from "./saved-object.ts";

/** What a dashboard needs to know of the others. */
export interface DashboardSurroundings {
  readonly naming: KibanaNaming;
  /** All dashboards, in the order in which they are linked. */
  readonly dashboards: readonly Pick<DashboardSource, "name" | "title">[];
  /** Id of the data view of that name; tells where there is none. */
  readonly dataViewId: (name: string, path: FieldPath) => string;
}

const COLUMNS = 48;
/** Rows of the links to the other dashboards. */
const LINKS_ROWS = 4;

/** The dashboard, with links to all of them above its panels. */
export function dashboardOf(
  source: DashboardSource,
  { naming, dashboards, dataViewId }: DashboardSurroundings,
  refuse: Refuse,
): SavedObject {
  const id = dashboardId(naming, source.name);
  refuseOverlaps(source.panels, refuse);
  const panels = [
    linksPanel(naming, source.name, dashboards),
    ...source.panels.map((panel, at) => {
      const path = ["panels", String(at)];
      const dataView = dataViewId(panel.index, [...path, "index"]);
      return lensPanelOf(panel, { id: `panel-${at + 1}`, above: LINKS_ROWS }, dataView, path, refuse);
    }),
  ];
  const controls = controlsOf(source.controls, dataViewId);
  const attributes = {
    title: objectTitle(naming, source.title),
    description: source.description,
    panelsJSON: JSON.stringify(panels.map(({ json }) => json)),
    optionsJSON: JSON.stringify({ useMargins: true, syncColors: true, syncCursor: true, syncTooltips: false }),
    controlGroupInput: controls.json,
    timeRestore: true,
    timeFrom: source.from,
    timeTo: "now",
    refreshInterval: { pause: true, value: 60_000 },
    version: 1,
    kibanaSavedObjectMeta: {
      searchSourceJSON: JSON.stringify({ query: { query: "", language: "kuery" }, filter: [] }),
    },
  };
  const references = [...panels.flatMap((panel) => panel.references), ...controls.references];
  return savedObject(naming, { type: "dashboard", id, attributes, references });
}

function dashboardId(naming: KibanaNaming, name: string): string {
  return objectId(naming, `dashboard-${name}`);
}

/** Time and filters go along. */
function linksPanel(naming: KibanaNaming, here: string, dashboards: DashboardSurroundings["dashboards"]): Panel {
  const id = "links";
  const links = dashboards
    .filter(({ name }) => name !== here)
    .map(({ name, title }, order) => ({
      id: name,
      type: "dashboardLink",
      label: title,
      order,
      destinationRefName: `link_${name}_dashboard`,
      options: { openInNewTab: false, useCurrentDateRange: true, useCurrentFilters: true },
    }));
  const json = {
    type: "links",
    title: "",
    panelIndex: id,
    gridData: { x: 0, y: 0, w: COLUMNS, h: LINKS_ROWS, i: id },
    embeddableConfig: { attributes: { layout: "horizontal", links }, enhancements: {}, hidePanelTitles: true },
  };
  const references = links.map(({ id: name, destinationRefName }): Reference => {
    return { type: "dashboard", id: dashboardId(naming, name), name: `${id}:${destinationRefName}` };
  });
  return { json, references };
}

function controlsOf(controls: DashboardSource["controls"], dataViewId: DashboardSurroundings["dataViewId"]) {
  const listed = controls.map(({ title, field, index }, order) => {
    const id = `control-${order + 1}`;
    const explicitInput = { id, fieldName: field, title, enhancements: {}, searchTechnique: "prefix" };
    const panel = { type: "optionsListControl", order, grow: true, width: "medium", explicitInput };
    const dataView = dataViewId(index, ["controls", String(order), "index"]);
    const name = `controlGroup_${id}:optionsListDataView`;
    return { id, panel, reference: { type: "index-pattern", id: dataView, name } satisfies Reference };
  });
  const ignored = { ignoreFilters: false, ignoreQuery: false, ignoreTimerange: false, ignoreValidations: false };
  const json = {
    chainingSystem: "HIERARCHICAL",
    controlStyle: "oneLine",
    ignoreParentSettingsJSON: JSON.stringify(ignored),
    panelsJSON: JSON.stringify(Object.fromEntries(listed.map(({ id, panel }) => [id, panel]))),
  };
  return { json, references: listed.map(({ reference }) => reference) };
}

/** Kibana would move what lies on another panel. */
function refuseOverlaps(panels: readonly PanelSource[], refuse: Refuse): void {
  for (const [at, { at: place }] of panels.entries()) {
    const path = ["panels", String(at), "at"];
    const [x, y, w, h] = place;
    if (x + w > COLUMNS) refuse(path, `the grid ends at column ${COLUMNS}`, null);
    const other = panels.slice(0, at).find(({ at: [x2, y2, w2, h2] }) => {
      return x < x2 + w2 && x2 < x + w && y < y2 + h2 && y2 < y + h;
    });
    if (other !== undefined) refuse(path, `the panel lies on "${other.title}"`, null);
  }
}
