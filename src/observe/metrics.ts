import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { METRICS, type MetricName, type MetricWords } from "./metric-list.ts";

/** A figure as it stands. Of a counter: all since the start. */
export interface Sample {
  readonly name: MetricName;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What is measured of this process. */
export interface Metrics {
  /** Asks for figures at each scrape; returns the undoing, after which they are no longer shown. */
  read(figures: () => readonly Sample[]): () => void;
  /** Shows a histogram, or a counter that is added to, at zero: what a series begins with, rates take for no change. */
  begin(name: MetricName, labels: Readonly<Record<string, string>>): void;
  /** Adds an observation to a histogram, or to a counter. */
  add(name: MetricName, labels: Readonly<Record<string, string>>, value: number): void;
  /** In the text format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  for (const [name, { kind, help, labels, buckets = [] }] of Object.entries<MetricWords>(METRICS)) {
    const named = { name, help, labelNames: [...labels], registers: [registry] };
    if (kind === "counter") counters.set(name, new Counter(named));
    if (kind === "gauge") gauges.set(name, new Gauge(named));
    if (kind === "histogram") histograms.set(name, new Histogram({ ...named, buckets: [...buckets] }));
  }
  const readers = new Set<() => readonly Sample[]>();
  /** Counters that are added to here, and not read. */
  const added = new Map<string, Sample>();
  const begun = new Set<string>();

  const show = ({ name, labels, value }: Sample): void => {
    counters.get(name)?.inc(labels, value);
    gauges.get(name)?.set(labels, value);
  };

  const keyOf = (name: MetricName, labels: Sample["labels"]): string => `${name} ${JSON.stringify(labels)}`;
  const add = (name: MetricName, labels: Sample["labels"], value: number): void => {
    const key = keyOf(name, labels);
    added.set(key, { name, labels, value: (added.get(key)?.value ?? 0) + value });
  };

  return {
    read(figures) {
      readers.add(figures);
      return () => void readers.delete(figures);
    },
    begin(name, labels) {
      const histogram = histograms.get(name);
      if (histogram === undefined) add(name, labels, 0);
      // A second time it would forget what it has observed.
      else if (!begun.has(keyOf(name, labels))) histogram.zero(labels);
      begun.add(keyOf(name, labels));
    },
    add(name, labels, value) {
      const histogram = histograms.get(name);
      begun.add(keyOf(name, labels));
      if (histogram === undefined) add(name, labels, value);
      else histogram.observe(labels, value);
    },
    async text() {
      // Read anew: what has ended is not shown any more.
      for (const metric of [...counters.values(), ...gauges.values()]) metric.reset();
      for (const sample of added.values()) show(sample);
      for (const figures of readers) for (const sample of figures()) show(sample);
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}
