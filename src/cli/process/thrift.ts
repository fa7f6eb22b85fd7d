import { setFlagsFromString } from "node:v8";

/**
 * Has garbage collected earlier, for a process that runs beside others: a fifth less memory over files and a third less
 * over messages, which are much garbage, for a few hundredths of the time. By default the engine lets both generations
 * grow as if the machine were its own. Both are read whenever the heap grows, so they may be set while the program runs.
 */
export function beThrifty(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--heap-growing-percent=80");
}
