import { expect, it } from "vitest";
import { measure } from "../../bench/measuring/measure.ts";

it("ends what does not end by itself, with all that it has started", async () => {
  const startedMs = performance.now();
  const endless = measure(["sh", "-c", "sleep 600 | cat"], 300);
  await expect(endless).rejects.toThrow('run "sh -c sleep 600 | cat": killed after 300 ms');
  expect(performance.now() - startedMs).toBeLessThan(60_000);
});

it("adds up the memory of all processes of a command, where the machine tells it", async () => {
  const program = "const kept = Buffer.alloc(60e6, 1); setTimeout(() => kept, 500)";
  const script = '"$0" -e "$1" & "$0" -e "$1"; wait';
  const { peakBytes } = await measure(["sh", "-c", script, process.execPath, program]);
  expect(process.platform !== "linux" || (peakBytes ?? 0) > 120e6).toBe(true);
});
