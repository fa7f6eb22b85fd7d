import { html, type TemplateResult } from "lit-html";
import { ref } from "lit-html/directives/ref.js";
import uPlot from "uplot";
import type { ChartSpec } from "./chart-spec.ts";

/** A chart that stays in its place while what it shows changes. */
export interface Chart {
  show(spec: ChartSpec): TemplateResult;
}

const SECOND_MS = 1000;
const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;
/** How far ticks may lie apart; a chart has ten years at most. */
const TICK_SECONDS = [
  1,
  5,
  15,
  30,
  ...[1, 5, 15, 30].map((minutes) => minutes * MINUTE_SECONDS),
  ...[1, 3, 6, 12].map((hours) => hours * HOUR_SECONDS),
  ...[1, 2, 7, 14, 28, 91, 182, 365, 730].map((days) => days * DAY_SECONDS),
];
/** Of counts there are no halves. */
const TICK_COUNTS = Array.from({ length: 16 }, (_, zeros) => [1, 2, 5].map((digit) => digit * 10 ** zeros)).flat();
/** A label stands below the middle of its tick, also below the last one. */
const HALF_LABEL_PX = 36;
/** As many colours as the style sheet has. */
const COLOURS = 6;

export function createChart(): Chart {
  let box: HTMLElement | null = null;
  let plot: uPlot | null = null;
  let wanted: ChartSpec | null = null;
  let drawnKey = "";
  const draw = (): void => {
    if (box === null || wanted === null) return;
    const key = JSON.stringify([wanted.times, wanted.series, wanted.openTimes, box.clientWidth, isDark()]);
    if (key === drawnKey) return;
    drawnKey = key;
    plot?.destroy();
    plot = new uPlot(optionsOf(wanted, box), dataOf(wanted), box);
  };
  const widths = new ResizeObserver(draw);
  const schemes = matchMedia("(prefers-color-scheme: dark)");
  const take = (element: Element | undefined): void => {
    widths.disconnect();
    schemes.removeEventListener("change", draw);
    plot?.destroy();
    plot = null;
    drawnKey = "";
    box = element instanceof HTMLElement ? element : null;
    if (box === null) return;
    widths.observe(box);
    schemes.addEventListener("change", draw);
  };
  return {
    show(spec) {
      wanted = spec;
      // Once lit-html has put the box into the page.
      queueMicrotask(draw);
      return html`<div class="chart" role="img" aria-label=${spec.label} ${ref(take)}></div>`;
    },
  };
}

function isDark(): boolean {
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

/** Each series with all below it; the uppermost is drawn first, so that those below cover it. */
function dataOf({ times, series }: ChartSpec): uPlot.AlignedData {
  const sums = times.map(() => 0);
  const stacked = series.map(({ values }) => sums.map((_, at) => (sums[at] = (sums[at] ?? 0) + (values[at] ?? 0))));
  return [times.map((time) => time / SECOND_MS), ...stacked.toReversed()];
}

function optionsOf(spec: ChartSpec, box: HTMLElement): uPlot.Options {
  const { times, stepMs, series, onSelect, heightPx, openTimes = [] } = spec;
  const style = getComputedStyle(box);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis = { stroke: colour("--text-soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
  const bars = uPlot.paths.bars?.({ size: [0.9], align: 1 });
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  return {
    width: box.clientWidth,
    height: heightPx,
    padding: [null, HALF_LABEL_PX, null, null],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * SECOND_MS), "Etc/UTC"),
    legend: { show: false },
    cursor: { drag: { x: onSelect !== undefined, y: false, setScale: false }, points: { show: false } },
    scales: {
      x: { time: true, range: () => [first / SECOND_MS, (last + stepMs) / SECOND_MS] },
      y: { range: (_, __, most) => [0, Math.max(most, 1) * 1.05] },
    },
    axes: [
      // Finer than a bar nothing is told.
      {
        ...axis,
        space: 2 * HALF_LABEL_PX + 8,
        incrs: TICK_SECONDS.filter((seconds) => seconds * SECOND_MS >= stepMs),
        values: (_, ticks, __, ___, gap) => ticks.map((tick) => tickText(tick, gap)),
      },
      {
        ...axis,
        size: 64,
        incrs: TICK_COUNTS,
        values: (_, ticks) => ticks.map((tick) => tick.toLocaleString("en-US")),
      },
    ],
    series: [
      {},
      ...series
        .map(({ label }, at): uPlot.Series => {
          const fill = colour(`--series-${(at % COLOURS) + 1}`);
          return {
            label,
            fill,
            width: 0,
            points: { show: false },
            ...(bars === undefined ? {} : { paths: bars }),
          };
        })
        .toReversed(),
    ],
    hooks: {
      setSelect: [
        (drawn) => {
          const { left, width } = drawn.select;
          if (width === 0) return;
          const timeAt = (x: number): number => Math.round(drawn.posToVal(x, "x") * SECOND_MS);
          drawn.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
          onSelect?.(timeAt(left), timeAt(left + width));
        },
      ],
      draw: [(drawn) => openTimes.forEach((time) => paintOpen(drawn, time, stepMs, colour("--open")))],
    },
  };
}

/** In UTC, as fine as the ticks lie apart. */
function tickText(seconds: number, gapSeconds: number): string {
  const text = new Date(seconds * SECOND_MS).toISOString();
  if (gapSeconds >= DAY_SECONDS) return text.slice(0, 10);
  return seconds % DAY_SECONDS === 0 ? text.slice(5, 10) : text.slice(11, gapSeconds < MINUTE_SECONDS ? 19 : 16);
}

/** What may still change, behind a veil. */
function paintOpen(drawn: uPlot, timeMs: number, stepMs: number, colour: string): void {
  const { top, height } = drawn.bbox;
  const [start, end] = [timeMs, timeMs + stepMs].map((ms) => Math.round(drawn.valToPos(ms / SECOND_MS, "x", true)));
  drawn.ctx.save();
  drawn.ctx.fillStyle = colour;
  drawn.ctx.fillRect(start ?? 0, top, (end ?? 0) - (start ?? 0), height);
  drawn.ctx.restore();
}
