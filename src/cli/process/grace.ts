/** Aborts so long after the signal does: what is under way has that time to end well. */
export function abortsAfter(signal: AbortSignal, graceMs: number): AbortSignal {
  const over = new AbortController();
  const begin = (): void => {
    setTimeout(() => over.abort(), graceMs).unref();
  };
  if (signal.aborted) begin();
  else signal.addEventListener("abort", begin, { once: true });
  return over.signal;
}
