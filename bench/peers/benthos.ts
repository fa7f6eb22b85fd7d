/**
 * Benthos, the engine of Redpanda Connect: its core is under the MIT licence and comes from the proxy of Go's modules.
 * Both read the same configuration. The core has no output for Elasticsearch, but one for HTTP, and can make the body
 * of a bulk request.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { FIELD, READ, WRITE, WRITING_METHODS } from "./derived-field.ts";
import {
  type Absent,
  type FileRun,
  type FileTask,
  type Found,
  type IndexRun,
  type Peer,
  probe,
  type Task,
} from "./peer.ts";

const SOURCE = join(import.meta.dirname, "benthos");

export const BENTHOS: Peer = { name: "Benthos", find: built, toFile, toIndex };

export const REDPANDA_CONNECT: Peer = {
  name: "Redpanda Connect",
  find: () => {
    const own = probe(["redpanda-connect"]);
    return "absent" in own ? probe(["rpk", "connect"]) : own;
  },
  toFile,
  toIndex,
};

/** Go keeps what it has fetched and compiled, so that all but the first build take a second. */
function built(installInto: string | null): Found | Absent {
  if (installInto === null) return { absent: "not installed" };
  const program = join(installInto, "benthos");
  process.stderr.write("build Benthos; Go fetches its modules, once\n");
  const { status, error, stderr } = spawnSync("go", ["build", "-C", SOURCE, "-o", program, "."], { encoding: "utf8" });
  if (error !== undefined) return { absent: "not found, and no Go to build it" };
  if (status === 0) return probe([program]);
  process.stderr.write(stderr);
  return { absent: "not found, and not to be built" };
}

function toFile({ command, corpus, config, stem }: FileRun): FileTask {
  const output = `${stem}.gz`;
  const text = `${reading(corpus)}
    - archive: { format: lines }
    - mapping: root = content() + "\\n"
    - compress: { algorithm: gzip, level: 1 }
output:
  file: { path: ${output}, codec: append }
`;
  return { command: [...command, "run", config], config: text, output, way: "gzip -1", derives: true };
}

function toIndex({ command, corpus, config, url }: IndexRun): Task {
  const text = `${reading(corpus)}
    - mapping: root = "{\\"create\\":{\\"_index\\":\\"peers\\"}}\\n" + content()
    - archive: { format: lines }
    - mapping: root = content() + "\\n"
output:
  http_client:
    url: ${url}/_bulk
    verb: POST
    headers: { Content-Type: application/x-ndjson }
`;
  return { command: [...command, "run", config], config: text, way: "bulk requests of 1,000", derives: true };
}

/** Lines go through in batches: that is faster than one at a time. */
function reading(corpus: string): string {
  return `http: { enabled: false }
logger: { level: WARN }
input:
  batched:
    child: { file: { paths: [${corpus}] } }
    policy: { count: 1000, period: 1s }
pipeline:
  processors:
    - mapping: |
        root = this
        root.${FIELD} = if ${JSON.stringify(WRITING_METHODS)}.contains(this.method) { "${WRITE}" } else { "${READ}" }`;
}
