import { createRequire } from "node:module";
import type * as CliProgress from "cli-progress";
import { SECOND_MS } from "../../core/units.ts";
import { formatBytes } from "./quantity.ts";

export interface Progress {
  /** So much more is done with. */
  readonly add: (amount: number) => void;
  /** So much is done with in all. */
  readonly set: (amount: number) => void;
  readonly stop: () => void;
}

const NO_BAR: Progress = { add: () => undefined, set: () => undefined, stop: () => undefined };

/**
 * A bar on standard error with rate and remaining time; nothing where that is no terminal. Amounts are bytes unless
 * `format` says another unit; a null total is not known.
 */
export function createProgress(what: string, total: number | null, format = formatBytes): Progress {
  if (!process.stderr.isTTY) return NO_BAR;
  // Its twenty modules are for terminals only, and a bar does not wait.
  const { Presets, SingleBar } = createRequire(import.meta.url)("cli-progress") as typeof CliProgress;
  const startedAtMs = performance.now();
  const bar = new SingleBar(
    {
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
      etaBuffer: 50,
      format:
        total === null
          ? `${what} {done}, {rate} a second`
          : `${what} {bar} {percentage} % of {total}, {rate} a second, {eta_formatted} left`,
      formatValue: (value, _options, type) => (type === "total" ? format(value) : String(value)),
    },
    Presets.shades_classic,
  );
  let done = 0;
  const figures = (): { done: string; rate: string } => {
    const seconds = Math.max(performance.now() - startedAtMs, 1) / SECOND_MS;
    return { done: format(done), rate: format(Math.round(done / seconds)) };
  };
  bar.start(total ?? 0, 0, figures());
  const set = (amount: number): void => {
    done = amount;
    bar.update(done, figures());
  };
  return { add: (amount) => set(done + amount), set, stop: () => bar.stop() };
}
