import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { findJdk } from "./jdk.ts";

/** Kept between runs, as the server is. */
const CACHE = join(import.meta.dirname, "../../.cache");
const POM = join(import.meta.dirname, "elasticsearch-server/pom.xml");
const COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy";
const LEAST_JAVA = 21;

/** What may be asked, as Elasticsearch itself publishes it. */
export interface SpecifiedCall {
  readonly name: string;
  readonly paths: readonly { readonly path: string; readonly methods: readonly string[] }[];
  /** Names of what may stand in the query. */
  readonly params: ReadonlySet<string>;
  /** Null where it takes no body. */
  readonly body: { readonly required: boolean } | null;
}

interface Written {
  readonly url: { readonly paths: SpecifiedCall["paths"] };
  readonly params?: object;
  readonly body?: { readonly required?: boolean };
}

/** All calls of the version of the tests' server; null where there is no Maven or no Java to get them. */
export async function restApiSpec(): Promise<readonly SpecifiedCall[] | null> {
  const jdk = findJdk(LEAST_JAVA);
  const folder = jdk === null ? null : await fetched(jdk);
  if (folder === null) return null;
  const read = async (file: string): Promise<object> =>
    JSON.parse(await readFile(join(folder, file), "utf8")) as object;
  const { params: common } = (await read("_common.json")) as { readonly params: object };
  const calls: SpecifiedCall[] = [];
  for (const file of (await readdir(folder)).filter((name) => /^[a-z].*\.json$/.test(name))) {
    for (const [name, { url, params = {}, body }] of Object.entries(await read(file)) as [string, Written][]) {
      const names = new Set([...Object.keys(common), ...Object.keys(params)]);
      calls.push({ name, paths: url.paths, params: names, body: body ? { required: body.required === true } : null });
    }
  }
  return calls;
}

/** The folder of its files. */
async function fetched(jdk: string): Promise<string | null> {
  const [, version = ""] = /<elasticsearch\.version>(.*?)</.exec(await readFile(POM, "utf8")) ?? [];
  const home = join(CACHE, `rest-api-spec-${version}`);
  const api = "rest-api-spec/api";
  if (existsSync(home)) return join(home, api);
  const env = { ...process.env, JAVA_HOME: jdk };
  const run = promisify(execFile);
  try {
    await run("mvn", ["--version"], { env });
  } catch {
    return null;
  }
  await mkdir(CACHE, { recursive: true });
  const unfinished = await mkdtemp(`${home}-unfinished-`);
  const artifact = `-Dartifact=org.elasticsearch:rest-api-spec:${version}`;
  await run("mvn", ["-q", "-B", COPY, artifact, `-DoutputDirectory=${unfinished}`], { env, cwd: unfinished });
  await run(join(jdk, "bin/jar"), ["xf", `rest-api-spec-${version}.jar`, api], { cwd: unfinished });
  // All of it or nothing, and whoever was faster has the same.
  if (!existsSync(home)) await rename(unfinished, home);
  return join(home, api);
}
