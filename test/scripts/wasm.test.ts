/** Goal: the code that runs is that of the source beside it. Method: compile it again. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { SCANNER_CODE, scannerCode } from "../../scripts/wasm/scanner-code.ts";

it("keeps the code of wasm/object-scan.ts; `npm run wasm` brings it up to date", () => {
  expect(readFileSync(SCANNER_CODE, "utf8")).toBe(scannerCode());
});
