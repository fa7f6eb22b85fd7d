import { Presets, SingleBar } from "cli-progress";
import { SECOND_MS } from "../core/units.ts";
import { formatBytes } from "./quantity.ts";

export interface Progress {
  /** So many more bytes are done with. */
  readonly add: (bytes: number) => void;
  readonly stop: () => void;
}

/** A bar on standard error with rate and remaining time; nothing where that is no terminal. */
export function createProgress(what: string, totalBytes: number | null): Progress {
  const startedAtMs = performance.now();
  const bar = new SingleBar(
    {
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
      etaBuffer: 50,
      format:
        totalBytes === null
          ? `${what} {done}, {rate} a second`
          : `${what} {bar} {percentage} % of {total}, {rate} a second, {eta_formatted} left`,
      formatValue: (value, _options, type) => (type === "total" ? formatBytes(value) : String(value)),
    },
    Presets.shades_classic,
  );
  let done = 0;
  const figures = (): { done: string; rate: string } => {
    const seconds = Math.max(performance.now() - startedAtMs, 1) / SECOND_MS;
    return { done: formatBytes(done), rate: formatBytes(Math.round(done / seconds)) };
  };
  bar.start(totalBytes ?? 0, 0, figures());
  return {
    add(bytes) {
      done += bytes;
      bar.update(done, figures());
    },
    stop: () => bar.stop(),
  };
}
