/** A row of a chart: a value for each of its times. */
export interface ChartSeries {
  readonly label: string;
  readonly values: readonly number[];
}

/** What a chart shows. Its colours follow the order of the series. */
export interface ChartSpec {
  /** What is to be seen, for whoever does not see it. */
  readonly label: string;
  /** Starts of equal spans of time, in milliseconds since 1970, ascending. */
  readonly times: readonly number[];
  /** How long each of them is. */
  readonly stepMs: number;
  /** Stacked upon each other. */
  readonly series: readonly ChartSeries[];
  /** Of the times those whose values may still change; they are drawn paler. */
  readonly openTimes?: readonly number[];
  /** Is told of the span that was dragged over. */
  readonly onSelect?: (fromMs: number, toMs: number) => void;
  readonly heightPx: number;
}
