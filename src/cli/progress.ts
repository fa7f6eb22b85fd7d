import { Presets, SingleBar } from "cli-progress";
import { formatBytes } from "./quantity.ts";

export interface Progress {
  /** So many more bytes are done with. */
  add(bytes: number): void;
  stop(): void;
}

/** A bar on standard error with rate and remaining time; nothing where that is no terminal. */
export function createProgress(what: string, totalBytes: number | null): Progress {
  const bar = new SingleBar(
    {
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
      etaBuffer: 50,
      format: totalBytes === null ? `${what} {done}` : `${what} {bar} {percentage} % of {total} · {eta_formatted} left`,
      formatValue: (value, _options, type) => (type === "total" ? formatBytes(value) : String(value)),
    },
    Presets.shades_classic,
  );
  let done = 0;
  bar.start(totalBytes ?? 0, 0, { done: formatBytes(0) });
  return {
    add(bytes) {
      done += bytes;
      bar.update(done, { done: formatBytes(done) });
    },
    stop: () => bar.stop(),
  };
}
