/**
 * Keeps an archive of the formats of today, with its answers, for all versions to come: `npm run keep-archive -- v2` fills
 * `fixtures/formats/v2`. What was kept before is never written anew.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { KEPT, makeKeptArchive } from "../test/formats/kept-archive.ts";

const program = new Command("npm run keep-archive --")
  .description("Keeps a small archive as this version writes it, and what it answers, in fixtures/formats.")
  .argument("<version>", "v1, v2, …: one more than the last")
  .parse();
const [version = ""] = program.args;
const folder = join(KEPT, version);
if (!/^v[1-9]\d*$/.test(version)) {
  program.error(`keep archive "${version}": no version (hint: v1, v2, …)`);
} else if (existsSync(folder)) {
  program.error(
    `keep archive "${version}": it is there, and what was kept stays as it is (hint: take the next number)`,
  );
} else {
  await makeKeptArchive(folder);
  process.stdout.write(`kept in "${folder}"\n`);
}
