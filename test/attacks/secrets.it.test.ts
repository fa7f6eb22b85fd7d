/**
 * Goal: no secret that the program is given comes out of it again: not in what it prints, in success, in failure or as it
 * crashes, and not in what it stores. What stands in a log line is archived as it came, and in nothing but lines.
 * Method: an unmistakable word in everything secret, commands that succeed and fail in every way we could think of, a
 * service that repeats the key and the token it was given, and every byte that came out looked through.
 */
import { generateKeyPairSync } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { filesBelow, logtally, type Outcome, PROGRAM, start, startLogtally } from "../cli/logtally.ts";
import { type LoopbackServer, listenOnLoopback, receive } from "../servers/loopback-http.ts";

const API_KEY = "Y2FuYXJ5YXBpa2V5Y2FuYXJ5YXBpa2V5";
const PSEUDONYM_KEY = "canary-pseudonym-key-0123456789";
const LINE_TOKEN = "glpat-canaryCanaryCanary20";
const PROXY_PASSWORD = "canary-proxy-password";

const { privateKey } = generateKeyPairSync("ed25519");
const SIGNING_KEY = privateKey.export({ type: "pkcs8", format: "pem" });
const [, SIGNING_LINE = ""] = SIGNING_KEY.split("\n");
const ACCOUNT_KEY = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
  type: "pkcs8",
  format: "pem",
});
const [, ACCOUNT_LINE = ""] = ACCOUNT_KEY.split("\n");

const CANARIES = [API_KEY, PSEUDONYM_KEY, SIGNING_LINE, ACCOUNT_LINE, LINE_TOKEN, PROXY_PASSWORD];

const servers: LoopbackServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

function expectSilent({ stdout, stderr }: Outcome): void {
  for (const canary of CANARIES) {
    expect(stdout).not.toContain(canary);
    expect(stderr).not.toContain(canary);
  }
}

/** An Elasticsearch that repeats in every answer what it was sent to know the sender by. */
async function repeatingServer(status: number): Promise<string> {
  const server = await listenOnLoopback(
    createServer((request, response) => {
      void receive(request).then(() => {
        const said = `no: ${request.headers.authorization ?? ""}\n${API_KEY}`;
        response.writeHead(status, { "content-type": "application/json", "x-elastic-product": "Elasticsearch" });
        response.end(JSON.stringify({ error: { type: said, reason: said, root_cause: [{ reason: said }] } }));
      });
    }),
  );
  servers.push(server);
  return server.url;
}

interface Stage {
  readonly folder: string;
  readonly archive: string;
  readonly pipeline: string;
  readonly run: (args: readonly string[]) => Promise<Outcome>;
}

/** A folder with a pipeline that names all secrets. */
async function stageAt(url: string): Promise<Stage> {
  const folder = await tempFolder();
  const archive = join(folder, "archive");
  const pipeline = join(folder, "p.yaml");
  await writeFile(join(folder, "signing.pem"), SIGNING_KEY);
  await writeFile(join(folder, "pseudonym.key"), `${PSEUDONYM_KEY}\n`);
  const lines = [
    { time: "2020-12-22T09:30:00.123Z", tag: "rails.api", method: "GET", path: `/x?private_token=${LINE_TOKEN}` },
    { time: "2020-12-22T09:30:00.124Z", tag: "nowhere", token: LINE_TOKEN },
  ];
  const text = lines.map((line) => JSON.stringify(line)).join("\n");
  await writeFile(join(folder, "a.ndjson"), `${text}\nno JSON ${LINE_TOKEN}\n{"a":"${LINE_TOKEN}"\n`);
  await writeFile(
    pipeline,
    `name: a
source: {kind: files, paths: [a.ndjson]}
archive: {kind: folder, path: archive}
index: {kind: elasticsearch, urls: ["${url}"], api_key: {env: TEST_API_KEY}, spill_after_ms: 0}
pseudonym_key: {file: pseudonym.key}
signing_key: {file: signing.pem}
`,
  );
  const env = { TEST_API_KEY: API_KEY };
  return { folder, archive, pipeline, run: (args) => logtally(args, { env, cwd: folder }) };
}

const COMMANDS = ["run", "seal", "sign", "gc", "counts", "ledger", "recount", "coverage", "check", "setup"];

describe("secrets", () => {
  it("are not in what commands print and store, where a server is down or repeats what it was told", async () => {
    const stages = [await stageAt("http://127.0.0.1:9"), await stageAt(await repeatingServer(401))];
    for (const { archive, pipeline, run } of stages) {
      for (const command of COMMANDS) {
        const outcome = await run([command, pipeline]);
        expectSilent(outcome);
        // A run that is refused leaves nothing to look at.
        expect([0, 1, 2, 3]).toContain(outcome.code);
      }
      for (const name of await filesBelow(archive)) {
        const text = (await readFile(join(archive, name))).toString("latin1");
        // The raw lines are compressed, and have the token; nothing else does.
        for (const canary of CANARIES)
          expect({ name, isThere: text.includes(canary) }).toEqual({ name, isThere: false });
      }
    }
  });

  it.each([400, 403, 500, 503])("are not told where the index answers with status %i and the key", async (status) => {
    const { pipeline, run } = await stageAt(await repeatingServer(status));
    for (const command of ["check", "run", "setup"]) {
      const outcome = await run([command, pipeline]);
      expectSilent(outcome);
      expect(outcome.stderr + outcome.stdout).toContain("no: ApiKey [secret]");
    }
  });

  it("are not told where they stand in the wrong place of a pipeline, or beside an error", async () => {
    const folder = await tempFolder();
    const key = JSON.stringify(API_KEY);
    const head = "name: a\nsource: {kind: stdin}\narchive: {kind: folder, path: x}\n";
    const texts = [
      `${head}index: {kind: elasticsearch, urls: [https://a], api_key: ${key}}\n`,
      `${head}index: {kind: elasticsearch, urls: [https://a], api_key: {env: ${key}, file: 1}}\n`,
      `${head}index: {kind: elasticsearch, urls: [https://a], api_key: {key: ${key}}}\n`,
      `${head}index: {kind: elasticsearch, urls: ["https://x:${API_KEY}@a/"]}\n`,
      `${head}pseudonym_key: ${key}\nsigning_key: [${key}]\n`,
      `${head}pseudonym_key: {env: ${API_KEY}\nnext: }\n`,
      `${head}pseudonym_key: {file: "~/${API_KEY}"}\n`,
    ];
    for (const text of texts) {
      const file = join(folder, "p.yaml");
      await writeFile(file, text);
      const outcome = await logtally(["check", file]);
      expect(outcome.code).toBe(2);
      expectSilent(outcome);
    }
    for (const set of ["pseudonym_key", "signing_key.file", "index.api_key", "index.api_key.env", "nowhere.key"]) {
      const outcome = await logtally(["check", "--set", `${set}=[${key}]`, "--set", "source={kind: stdin}"], {
        cwd: folder,
      });
      expect(outcome.code).toBe(2);
      expectSilent(outcome);
    }
  });

  it("are not told where a key is no key", async () => {
    const { folder, pipeline, run } = await stageAt("http://127.0.0.1:9");
    await writeFile(join(folder, "signing.pem"), SIGNING_KEY.replace("MC4CAQAw", "MC4CAQBw"));
    expectSilent(await run(["sign", pipeline]));
    expectSilent(await logtally(["check", pipeline], { env: { TEST_API_KEY: `${API_KEY} ${API_KEY}` } }));
  });

  it("of Google are not told, nor the password of a proxy", async () => {
    const server = await listenOnLoopback(
      createServer((request, response) => {
        void receive(request).then((body) => response.writeHead(400).end(JSON.stringify({ error: body.toString() })));
      }),
    );
    servers.push(server);
    const folder = await tempFolder();
    const credentials = join(folder, "account.json");
    const account = { type: "service_account", client_email: "a@b.example", private_key: ACCOUNT_KEY };
    await writeFile(credentials, JSON.stringify({ ...account, token_uri: `${server.url}/token` }));
    const env = { GOOGLE_APPLICATION_CREDENTIALS: credentials, KEY: PSEUDONYM_KEY };
    const set = ["--set", "pseudonym_key.env=KEY", "--set", 'archive.endpoint="https://127.0.0.1:9"'];
    const args = ["archive", "ls", "--archive", "gs://some-bucket", ...set];
    const refused = await logtally(args, { env });
    expect(refused.code).toBe(3);
    expectSilent(refused);
    // What was signed with the key is as good as a password for an hour.
    expect(refused.stderr).not.toContain("eyJ");
    const proxied = { ...env, HTTPS_PROXY: `http://user:${PROXY_PASSWORD}@127.0.0.1:9` };
    const { child, ended } = startLogtally(args, { env: proxied });
    // Tried again for two minutes: the first failure is told at once.
    child.stderr?.once("data", () => child.kill("SIGKILL"));
    const away = await ended;
    expect(away.stderr).toContain("gs://some-bucket");
    expectSilent(away);
  });

  it("are not told by a fault of the program, whatever hangs on it", async () => {
    const fault = `
      const error = new Error("of request " + process.env.TEST_API_KEY);
      Object.assign(error, { headers: { authorization: "${PROXY_PASSWORD}" }, cause: new Error(process.env.TEST_API_KEY) });
      process.on("SIGUSR2", () => { throw error })`;
    const asked = Promise.withResolvers<void>();
    // Never answers: the program is in the middle of its work then, with its keys read.
    const server = await listenOnLoopback(createServer(() => asked.resolve()));
    servers.push(server);
    const { folder, pipeline } = await stageAt(server.url);
    await writeFile(join(folder, "fault.mjs"), fault);
    const env = { TEST_API_KEY: API_KEY, NODE_OPTIONS: `--import=${join(folder, "fault.mjs")}` };
    const { ended, child } = start(process.execPath, [PROGRAM, "run", pipeline, "--from", "-"], { env, cwd: folder });
    onTestFinished(() => {
      child.kill("SIGKILL");
    });
    await Promise.race([asked.promise, ended]);
    child.kill("SIGUSR2");
    const outcome = await ended;
    expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining("of request [secret]") as unknown });
    expectSilent(outcome);
  });
});
