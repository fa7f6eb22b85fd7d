import { execFile, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { promisify } from "node:util";
import { findJdk } from "./jdk.ts";

const SOURCE = join(import.meta.dirname, "elasticsearch-server");
/** Kept between runs; not below node_modules, which `npm ci` empties. */
const CACHE = join(import.meta.dirname, "../../.cache");
const LEAST_JAVA = 21;
const READY_WITHIN_SECONDS = 60;
/** The module that speaks HTTP: Elasticsearch loads it from a folder of its own, and not from the class path. */
const HTTP_MODULE = "transport-netty4";
const HTTP_JARS = /^(?:netty|transport-netty4|elasticsearch-ssl-config)-/;
/** Its codec `best_compression` uses the system's library. */
const ZSTD_LIBRARIES = ["lib/x86_64-linux-gnu", "lib/aarch64-linux-gnu", "lib64"].map((folder) =>
  join("/usr", folder, "libzstd.so.1"),
);
/** What starts fast in little memory; the rest is what Elasticsearch itself asks of Java, or stops its warnings. */
const JAVA_OPTIONS = [
  "-Xms256m",
  // Half of that is nearly full by the end of all tests, and a cluster that is short of heap puts requests off.
  "-Xmx1g",
  "-XX:+UseSerialGC",
  "-XX:TieredStopAtLevel=1",
  "--enable-native-access=ALL-UNNAMED",
  "-Dorg.elasticsearch.nativeaccess.enableVectorLibrary=false",
  "-Dio.netty.noUnsafe=true",
];

/** Where a server listens, and what it keeps when it stops, so that another one can take its place. */
export interface ElasticsearchPlace {
  /** Zero is any free port. */
  readonly port: number;
  readonly dataFolder: string;
}

/** A real Elasticsearch, alone in its cluster, on the loopback interface. */
export interface ElasticsearchServer {
  readonly url: string;
  readonly port: number;
  /** Connections stay open, and nobody answers. */
  pause(): void;
  resume(): void;
  /** Removes its data, unless they have a place. */
  stop(): Promise<void>;
}

/** Null where there is no Maven or no Java to build and run it with. */
export async function startElasticsearchServer(place?: ElasticsearchPlace): Promise<ElasticsearchServer | null> {
  const jdk = findJdk(LEAST_JAVA);
  const home = jdk === null ? null : await build(jdk);
  if (jdk === null || home === null) return null;
  const dataFolder = place?.dataFolder ?? (await mkdtemp(join(tmpdir(), "logtally-elasticsearch-")));
  const cluster = `logtally-test-${randomBytes(6).toString("hex")}`;
  const classPath = [join(home, "classes"), join(home, "lib/*")].join(":");
  const options = [...JAVA_OPTIONS, `-Des.nativelibs.path=${join(home, "native")}`, "-cp", classPath];
  const parameters = [home, dataFolder, cluster, String(place?.port ?? 0)];
  // It ends with its standard input, so it cannot outlive this process.
  const child = spawn(join(jdk, "bin/java"), [...options, "Server", ...parameters], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const stop = async (): Promise<void> => {
    child.kill("SIGCONT");
    child.stdin.end();
    await ended;
    if (place === undefined) await rm(dataFolder, { recursive: true });
  };
  const failed = ended.then((code) => {
    throw new Error(`Elasticsearch ended with ${code}`);
  });
  // Later it is meant to end.
  failed.catch(() => undefined);
  try {
    const lines = createInterface({ input: child.stdout });
    const address = await Promise.race([new Promise<string>((resolve) => lines.once("line", resolve)), failed]);
    const url = `http://${address}`;
    await waitUntilReady(url, cluster);
    const port = Number(new URL(url).port);
    return { url, port, pause: () => void child.kill("SIGSTOP"), resume: () => void child.kill("SIGCONT"), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Nothing is written before it is known whose server answers. */
async function waitUntilReady(url: string, cluster: string): Promise<void> {
  const wait = `wait_for_status=yellow&timeout=${READY_WITHIN_SECONDS}s`;
  const answer = await fetch(`${url}/_cluster/health?${wait}`);
  const { cluster_name, status } = (await answer.json()) as { cluster_name?: string; status?: string };
  if (cluster_name !== cluster) throw new Error(`at ${url} answers the cluster "${cluster_name}", not "${cluster}"`);
  if (!answer.ok) throw new Error(`the Elasticsearch at ${url} is ${status}`);
}

/** Built anew where its source changed. */
async function build(jdk: string): Promise<string | null> {
  const hash = createHash("sha256");
  for (const name of await readdir(SOURCE)) hash.update(await readFile(join(SOURCE, name)));
  const home = join(CACHE, `elasticsearch-server-${hash.digest("hex").slice(0, 12)}`);
  if (existsSync(home)) return home;
  // Maven runs by any Java, but needs one.
  const env = { ...process.env, JAVA_HOME: jdk };
  try {
    await promisify(execFile)("mvn", ["--version"], { env });
  } catch {
    return null;
  }
  process.stderr.write("building the Elasticsearch server, once; this takes a minute\n");
  await mkdir(CACHE, { recursive: true });
  const unfinished = await mkdtemp(`${home}-unfinished-`);
  try {
    await fill(unfinished, jdk, env);
    // All of it or nothing: a build that was interrupted must not be taken for a good one.
    await rename(unfinished, home);
  } catch (error) {
    await rm(unfinished, { recursive: true });
    throw error;
  }
  return home;
}

/** The layout that Elasticsearch expects of its home folder: `lib`, `modules`, `config`. */
async function fill(home: string, jdk: string, env: NodeJS.ProcessEnv): Promise<void> {
  const run = promisify(execFile);
  const [lib, http] = [join(home, "lib"), join(home, "modules", HTTP_MODULE)];
  for (const folder of [http, join(home, "config"), join(home, "native")]) await mkdir(folder, { recursive: true });
  const goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", `-DoutputDirectory=${lib}`];
  await run("mvn", ["-q", "-B", "-f", join(SOURCE, "pom.xml"), ...goal], { env });
  const jars = await readdir(lib);
  for (const jar of jars.filter((name) => HTTP_JARS.test(name))) await rename(join(lib, jar), join(http, jar));
  const version = jars.map((jar) => /^elasticsearch-(\d[\d.]*)\.jar$/.exec(jar)?.[1]).find((found) => found) ?? "";
  const descriptor = {
    name: HTTP_MODULE,
    description: HTTP_MODULE,
    version,
    "elasticsearch.version": version,
    "java.version": LEAST_JAVA,
    classname: "org.elasticsearch.transport.netty4.Netty4Plugin",
  };
  const properties = Object.entries(descriptor).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(join(http, "plugin-descriptor.properties"), properties.join(""));
  await copyFile(join(SOURCE, "log4j2.properties"), join(home, "config/log4j2.properties"));
  const zstd = ZSTD_LIBRARIES.find((path) => existsSync(path));
  if (zstd !== undefined) await symlink(zstd, join(home, "native/libzstd.so"));
  const classes = ["-d", join(home, "classes"), "-cp", join(lib, "*")];
  await run(join(jdk, "bin/javac"), [...classes, join(SOURCE, "Server.java")]);
}
