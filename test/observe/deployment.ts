/**
 * A deployment that is well, as its series: processes of the roles, each with every sample that the program itself shows
 * (`scrapes.ts`), in a course that work, nights and restarts give it (`course.ts`). Cases change some of it.
 */
import { type Course, keyOf, type Named, named, type Quiet, wellCourse } from "./course.ts";
import { labelsIn, type Role, type Sample, type Scrapes } from "./scrapes.ts";

/** A process that is scraped. */
export interface Target {
  readonly role: Role;
  readonly pod: string;
  /** When it began, and each time that it was started again. */
  readonly starts: readonly number[];
  /** From when on it is not there any more. */
  readonly endsAt?: number;
  /** When it is there and does not answer. */
  readonly isDown?: (minute: number) => boolean;
}

export interface Deployment {
  readonly minutes: number;
  readonly targets: readonly Target[];
  readonly quiet?: Quiet;
  /** In the place of what is well: samples as they are shown, `name{label="value"}`. */
  readonly shows?: Readonly<Record<string, Course>>;
  /** Where these are shown; missing: by each process that has such. */
  readonly shownBy?: string;
}

/** One of each duty, as the chart has it, and two workers. They were there before. */
export const TARGETS: readonly Target[] = [
  { role: "worker", pod: "worker-1", starts: [-1000] },
  { role: "worker", pod: "worker-2", starts: [-1000] },
  { role: "seal", pod: "seal", starts: [-1000] },
  { role: "sign", pod: "sign", starts: [-1000] },
  { role: "gc", pod: "gc", starts: [-1000] },
  { role: "ledger", pod: "ledger", starts: [-1000] },
];

/** No pod. */
export const HOST = "host.example";

/** Labels whose values come from lines, services or versions, and are not listed anywhere. */
const OPEN_LABELS = new Set(["cause", "event", "version", "node"]);

/** In the notation of Prometheus' own tests. Throws where a case shows what the program does not. */
export function seriesOf(scrapes: Scrapes, deployment: Deployment, isWanted: (name: string) => boolean): string[] {
  const { minutes, targets, shows = {}, shownBy } = deployment;
  const unused = new Set(Object.keys(shows));
  const series = targets.flatMap((target) => {
    const place = placeOf(target);
    const here = shownBy === undefined || shownBy === target.pod ? Object.entries(shows) : [];
    const changed = new Map(here.map(([text, course]) => [keyOf(sampleNamed(text)), { text, course }]));
    const others = here.map(([text]) => sampleNamed(text)).filter((sample) => isLikeOne(sample, scrapes[target.role]));
    const all = new Map([...scrapes[target.role], ...others].map((sample) => [keyOf(sample), sample]));
    const lines = [...all.values()].map((sample) => {
      const change = changed.get(keyOf(sample));
      if (change !== undefined) unused.delete(change.text);
      const course = change?.course ?? wellCourse(sample, target, deployment.quiet);
      const seen: Course = (minute) => (isUp(target, minute) ? course(minute) : null);
      return isWanted(sample.name)
        ? [`${named({ ...sample, labels: { ...sample.labels, ...place } })} ${notation(seen, minutes)}`]
        : [];
    });
    const up: Course = (minute) => (isThere(target, minute) ? Number(isUp(target, minute)) : null);
    return [`${named({ name: "up", labels: place })} ${notation(up, minutes)}`, ...lines.flat()];
  });
  if (unused.size > 0) throw new Error(`the program shows no ${[...unused].join(", no ")}`);
  return series;
}

/** As a PodMonitor labels what it finds; on a machine there is neither pod nor namespace. */
function placeOf({ pod }: Target): Sample["labels"] {
  const isPod = pod !== HOST;
  return { job: "logtally", instance: `${pod}:9464`, ...(isPod ? { pod, namespace: "logs" } : {}) };
}

function sampleNamed(text: string): Sample {
  const [, name = "", labels = ""] = /^(\w+)(?:\{(.*)\})?$/.exec(text) ?? [];
  return { name, labels: labelsIn(labels), value: 0 };
}

/** Whether it is shown, but for values that nobody knows in advance. */
function isLikeOne(sample: Named, shown: readonly Named[]): boolean {
  const closed = ({ name, labels }: Named): string =>
    keyOf({
      name,
      labels: Object.fromEntries(
        Object.entries(labels).map(([label, value]) => [label, OPEN_LABELS.has(label) ? "" : value]),
      ),
    });
  return shown.some((each) => closed(each) === closed(sample));
}

function isThere({ starts, endsAt = Number.POSITIVE_INFINITY }: Target, minute: number): boolean {
  return minute >= Math.min(...starts) && minute < endsAt;
}

function isUp(target: Target, minute: number): boolean {
  return isThere(target, minute) && target.isDown?.(minute) !== true;
}

function notation(course: Course, minutes: number): string {
  const words: string[] = [];
  let before: string | null = null;
  let times = 0;
  const write = (): void => {
    if (before === "stale") words.push(before);
    else if (before !== null) words.push(before === "_" ? `_x${times}` : `${before}x${times - 1}`);
  };
  let wasThere = false;
  for (let minute = 0; minute < minutes; minute += 1) {
    const value = course(minute);
    const word: string = value === null ? (wasThere ? "stale" : "_") : String(value);
    wasThere = value !== null;
    if (word === before) times += 1;
    else {
      write();
      before = word;
      times = 1;
    }
  }
  write();
  return words.join(" ");
}
