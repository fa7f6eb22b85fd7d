import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type ElasticsearchServer, startElasticsearchServer } from "../../test/servers/elasticsearch-server.ts";

export const PROGRAM = join(import.meta.dirname, "../../bin/logtally.js");

/** A real Elasticsearch on this machine. Rejects where there is no Maven or Java to run it with. */
export async function startCluster(): Promise<ElasticsearchServer> {
  const elasticsearch = await startElasticsearchServer();
  if (elasticsearch === null) throw new Error("measure: Elasticsearch needs Maven and a JDK of at least 21");
  return elasticsearch;
}

/** Makes there what the pipeline in the file needs. */
export function setUp(pipeline: string, env: NodeJS.ProcessEnv): void {
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM, "setup", pipeline], { env, encoding: "utf8" });
  if (status !== 0) throw new Error(`set up: ${stderr}`);
}
