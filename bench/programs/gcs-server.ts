/** The tests' own server of Cloud Storage, for a worker whose archive is to go away: prints its URL, ends with its input. */
import { startScriptedGcs } from "../../test/servers/scripted-gcs.ts";

const { url } = await startScriptedGcs([]);
process.stdout.write(`${url}\n`);
process.stdin.resume();
process.stdin.on("end", () => process.exit());
