/** pino-elasticsearch, by npm. It decodes and sends lines, and derives nothing. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type Absent, type Found, fed, type IndexRun, type Peer, probe, type Task } from "./peer.ts";

const PACKAGE = "pino-elasticsearch@9.0.0";
const FLUSH_BYTES = 1_000_000;

export const PINO_ELASTICSEARCH: Peer = { name: "pino-elasticsearch", find: installed, toFile: null, toIndex };

function installed(installInto: string | null): Found | Absent {
  if (installInto === null) return { absent: "not installed" };
  const program = [process.execPath, join(installInto, "node_modules/pino-elasticsearch/cli.js")];
  const here = probe(program);
  if (!("absent" in here) && PACKAGE.endsWith(`@${here.version}`)) return here;
  process.stderr.write(`install ${PACKAGE} by npm, into ${installInto}\n`);
  const args = ["install", "--prefix", installInto, "--no-save", "--no-audit", "--ignore-scripts", PACKAGE];
  const { status, stderr } = spawnSync("npm", args, { encoding: "utf8" });
  if (status === 0) return probe(program);
  process.stderr.write(stderr);
  return { absent: "not found, and not to be installed" };
}

/** Its default of 1,000 bytes makes a request of each line, which nobody would want. */
function toIndex({ command, corpus, url }: IndexRun): Task {
  const args = ["--node", url, "--index", "peers", "--flush-bytes", String(FLUSH_BYTES)];
  return {
    command: fed(corpus, [...command, ...args]),
    config: null,
    way: "bulk requests of 1 MB, no field",
    derives: false,
  };
}
