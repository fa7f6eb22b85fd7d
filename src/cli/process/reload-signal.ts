/** SIGHUP, by which services are asked to read their configuration again. */
export interface ReloadSignal {
  /** Resolves with true once it has come since the last time, with false once `ended` aborts. */
  asked(ended: AbortSignal): Promise<boolean>;
  release(): void;
}

/** On a terminal it says that the terminal is closed, and ends the program as ever. */
export function onReloadSignal(): ReloadSignal {
  let hasCome = false;
  let wake = (): void => undefined;
  const onSignal = (): void => {
    hasCome = true;
    wake();
  };
  if (!process.stderr.isTTY) process.on("SIGHUP", onSignal);
  return {
    async asked(ended) {
      if (!hasCome && !ended.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          ended.addEventListener("abort", () => resolve(), { once: true });
        });
      }
      if (ended.aborted) return false;
      hasCome = false;
      return true;
    },
    release: () => void process.off("SIGHUP", onSignal),
  };
}
