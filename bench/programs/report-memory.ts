/** Loaded before a program that is measured: at its end, file descriptor 3 gets its largest resident set in KiB. */
import { writeSync } from "node:fs";

process.on("exit", () => writeSync(3, String(process.resourceUsage().maxRSS)));
