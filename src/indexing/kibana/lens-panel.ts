import type { FieldPath } from "../../yaml/field-schema.ts";
import type { PanelSource } from "./dashboard-schema.ts";
import { kqlOf } from "./kql.ts";
import { type LensColumns, lensColumnsOf } from "./lens-columns.ts";
import type { Refuse } from "./refuse.ts";
import type { Reference } from "./saved-object.ts";

/** A panel of a dashboard, as JSON, and what it refers to. */
export interface Panel {
  readonly json: Readonly<Record<string, unknown>>;
  readonly references: readonly Reference[];
}

/** Where a panel stands. */
export interface PanelPlace {
  /** Unique on the dashboard. */
  readonly id: string;
  /** Rows above that the source knows nothing of. */
  readonly above: number;
}

const LAYER = "request";
/** The panels that Lens draws with axes, as it calls them. */
const SERIES: Readonly<Record<string, string>> = {
  line: "line",
  area: "area_stacked",
  bar: "bar_stacked",
  "horizontal bar": "bar_horizontal_stacked",
};

/** The panel of a request; `path` is where it stands. */
export function lensPanelOf(
  source: PanelSource,
  { id, above }: PanelPlace,
  dataView: string,
  path: FieldPath,
  refuse: Refuse,
): Panel {
  const { title, kind, at } = source;
  const columns = lensColumnsOf(source.aggs, [...path, "aggs"], source.count_label, refuse);
  const [x, y, w, h] = at;
  const reference: Reference = { type: "index-pattern", id: dataView, name: `indexpattern-datasource-layer-${LAYER}` };
  const attributes = {
    title: "",
    type: "lens",
    visualizationType: typeOf(kind),
    references: [reference],
    state: {
      query: { query: kqlOf(source.query, [...path, "query"], refuse), language: "kuery" },
      filters: [],
      datasourceStates: {
        formBased: { layers: { [LAYER]: layerOf(columns) } },
        textBased: { layers: {} },
      },
      visualization: visualizationOf(kind, columns, [...path, "kind"], refuse),
      internalReferences: [],
      adHocDataViews: {},
    },
  };
  const json = {
    type: "lens",
    title,
    panelIndex: id,
    gridData: { x, y: y + above, w, h, i: id },
    embeddableConfig: { attributes, enhancements: {}, hidePanelTitles: false },
  };
  return { json, references: [{ ...reference, name: `${id}:${reference.name}` }] };
}

function layerOf({ columns }: LensColumns) {
  return {
    columns: Object.fromEntries(columns),
    columnOrder: [...columns.keys()],
    incompleteColumns: {},
    sampling: 1,
  };
}

function typeOf(kind: PanelSource["kind"]): string {
  if (SERIES[kind] !== undefined) return "lnsXY";
  if (kind === "table") return "lnsDatatable";
  return kind === "metric" ? "lnsMetric" : "lnsHeatmap";
}

function visualizationOf(kind: PanelSource["kind"], columns: LensColumns, path: FieldPath, refuse: Refuse) {
  const { buckets, metrics } = columns;
  const layer = { layerId: LAYER, layerType: "data" };
  const [metric] = metrics;
  if (kind === "table") {
    return { ...layer, columns: [...buckets, ...metrics].map((columnId) => ({ columnId, isTransposed: false })) };
  }
  if (kind === "metric") {
    if (buckets.length > 0 || metrics.length > 1) refuse(path, "a metric is one number", null);
    return { ...layer, metricAccessor: metric };
  }
  // Time runs to the right, wherever it is nested.
  const across = columns.time ?? buckets[0];
  const [other, ...more] = buckets.filter((id) => id !== across);
  if (across === undefined || more.length > 0) refuse(path, `a ${kind} has one or two buckets`, null);
  if (kind === "heatmap") {
    if (other === undefined || metrics.length > 1) refuse(path, "a heatmap has two buckets and one metric", null);
    return heatmapOf(layer, { xAccessor: across, yAccessor: other, valueAccessor: metric });
  }
  const seriesType = SERIES[kind];
  const split = other === undefined ? {} : { splitAccessor: other };
  return {
    preferredSeriesType: seriesType,
    legend: { isVisible: other !== undefined || metrics.length > 1, position: "right" },
    valueLabels: "hide",
    fittingFunction: kind === "line" ? "Linear" : "None",
    axisTitlesVisibilitySettings: { x: false, yLeft: false, yRight: false },
    layers: [{ ...layer, seriesType, accessors: metrics, xAccessor: across, ...split, position: "top" }],
  };
}

function heatmapOf(layer: Readonly<Record<string, unknown>>, accessors: Readonly<Record<string, string | undefined>>) {
  return {
    ...layer,
    ...accessors,
    shape: "heatmap",
    legend: { isVisible: true, position: "right", type: "heatmap_legend" },
    gridConfig: {
      type: "heatmap_grid",
      isCellLabelVisible: false,
      isYAxisLabelVisible: true,
      isXAxisLabelVisible: true,
      isYAxisTitleVisible: false,
      isXAxisTitleVisible: false,
    },
  };
}
