import { expect, it } from "vitest";
import { versionNumber } from "../../bench/measuring/machine.ts";

it("finds the version in what a command says about itself", () => {
  const sayings = {
    "vector 0.57.0 (x86_64-unknown-linux-gnu 1a2b3c4 2026-08-01 10:00:00.000)": "0.57.0",
    "Version: v4.60.0\nDate: unknown": "4.60.0",
    "Fluent Bit v5.1.1\nGit commit: ": "5.1.1",
    "filebeat version 9.1.2 (amd64), libbeat 9.1.3 [1a2b3c built 2026-08-01 10:00:00 +0000 UTC]": "9.1.2",
    "pino-elasticsearch 9.0.0": "9.0.0",
    "*** Zstandard CLI (64-bit) v1.5.4, by Yann Collet ***": "1.5.4",
    "gzip 1.12": "1.12",
  };
  expect(Object.keys(sayings).map(versionNumber)).toEqual(Object.values(sayings));
});

it("gives all that a command says where there is no version in it", () => {
  expect(versionNumber("nightly")).toBe("nightly");
});
