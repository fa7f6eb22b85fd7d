import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

// A slow machine is no reason to fail: generous limits, short tests.
const FAST_TIMEOUT_MS = 90_000;
const PROCESS_TIMEOUT_MS = 120_000;

/** `fast` needs nothing but this process; `it` starts processes and servers. */
export default defineConfig({
  test: {
    // DuckDB is a native add-on, so processes and not threads. Files share them: nothing here mocks modules, or
    // relies on what others keep in them, and loading everything anew for each file would double the time.
    pool: "forks",
    isolate: false,
    setupFiles: "test/after-each-file.ts",
    // Also on two cores: the long ones wait for services most of the time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        extends: true,
        test: {
          name: "fast",
          include: ["test/**/*.test.ts"],
          exclude: ["test/**/*.it.test.ts"],
          testTimeout: FAST_TIMEOUT_MS,
          hookTimeout: FAST_TIMEOUT_MS,
        },
      },
      {
        extends: true,
        test: {
          name: "it",
          include: ["test/**/*.it.test.ts"],
          globalSetup: "test/servers/setup.ts",
          testTimeout: PROCESS_TIMEOUT_MS,
          hookTimeout: PROCESS_TIMEOUT_MS,
        },
      },
    ],
  },
});
