/** Compiles the scanner of `wasm/` and keeps it in `src`. `npm run wasm`; test/scripts/wasm.test.ts fails where it was forgotten. */
import { writeFileSync } from "node:fs";
import { SCANNER_CODE, scannerCode } from "./wasm/scanner-code.ts";

writeFileSync(SCANNER_CODE, scannerCode());
