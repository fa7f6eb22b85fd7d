import { readFileSync } from "node:fs";
import { type Profiler, Session } from "node:inspector";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** By the URL of the script, for each character: whether its block ran since it was asked last. */
export type Ran = ReadonlyMap<string, Uint8Array>;

/** Of a character; 0 where nothing is known of it. */
const RAN = 1;
const DID_NOT_RUN = 2;

/** Which blocks of some sources have run, as V8 counts them in this thread. */
export interface Coverage {
  /** Also what is new stays new until it is added. */
  readonly take: () => Ran;
  /** Characters that had not run before. */
  readonly newIn: (ran: Ran) => number;
  readonly add: (ran: Ran) => void;
  /** Lines that hold code or declarations, and those of them that were never begun; by path. */
  readonly report: () => readonly CoveredFile[];
  /** As if nothing had run yet. */
  readonly forget: () => void;
  readonly stop: () => void;
}

export interface CoveredFile {
  readonly path: string;
  readonly lines: number;
  /** From 1. */
  readonly uncovered: readonly number[];
}

const ROOT = join(import.meta.dirname, "../..");
const ROOT_URL = `${pathToFileURL(ROOT).href}/`;

/** Counts in the sources whose paths begin so. Begun before they are imported, it knows all of their functions. */
export function startCoverage(covers: readonly string[]): Coverage {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  const wanted = covers.map((path) => ROOT_URL + path);
  const covered = new Map<string, Uint8Array>();

  function take(): Ran {
    let scripts: readonly Profiler.ScriptCoverage[] = [];
    // Within one thread the answer is there before `post` returns.
    session.post("Profiler.takePreciseCoverage", (error, answer) => {
      if (error !== null) throw error;
      scripts = answer.result;
    });
    const ran = new Map<string, Uint8Array>();
    for (const { url, functions } of scripts) {
      if (!wanted.some((beginning) => url.startsWith(beginning))) continue;
      ran.set(url, paint(functions));
    }
    return ran;
  }

  return {
    take,
    newIn(ran) {
      let count = 0;
      for (const [url, now] of ran) {
        const before = covered.get(url);
        for (let at = 0; at < now.length; at += 1) if (now[at] === RAN && before?.[at] !== RAN) count += 1;
      }
      return count;
    },
    add(ran) {
      for (const [url, now] of ran) {
        const before = covered.get(url) ?? new Uint8Array(0);
        const all = new Uint8Array(Math.max(before.length, now.length));
        all.set(before);
        for (const [at, state] of now.entries()) if (state !== 0 && all[at] !== RAN) all[at] = state;
        covered.set(url, all);
      }
    },
    report: () => [...covered].map(([url, all]) => coveredFile(url, all)).sort((a, b) => (a.path < b.path ? -1 : 1)),
    forget: () => covered.clear(),
    stop() {
      session.post("Profiler.stopPreciseCoverage");
      session.disconnect();
    },
  };
}

/** Ranges come from outside to inside, so that the last one which holds a character counts. */
function paint(functions: readonly Profiler.FunctionCoverage[]): Uint8Array {
  const ranges = functions.flatMap((each) => each.ranges);
  const painted = new Uint8Array(ranges.reduce((end, { endOffset }) => Math.max(end, endOffset), 0));
  for (const { startOffset, endOffset, count } of ranges)
    painted.fill(count > 0 ? RAN : DID_NOT_RUN, startOffset, endOffset);
  return painted;
}

function coveredFile(url: string, ran: Uint8Array): CoveredFile {
  const path = url.slice(ROOT_URL.length);
  const text = readFileSync(join(ROOT, path), "utf8");
  const uncovered: number[] = [];
  let lines = 0;
  let start = 0;
  for (const [index, line] of text.split("\n").entries()) {
    const isCode = /\w/.test(line) && !/^\s*(?:\/\/|\/\*|\*)/.test(line);
    if (isCode) lines += 1;
    // By its first character: the other half of `a ?? 0` is mostly there for the types alone.
    if (isCode && ran[start + line.search(/\S/)] === DID_NOT_RUN) uncovered.push(index + 1);
    start += line.length + 1;
  }
  return { path, lines, uncovered };
}
