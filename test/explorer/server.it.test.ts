/**
 * Goal: the served page is safe and small, says what is wrong in words, and writes nothing.
 * Method: requests to a running `logtally explore`, as a browser would not send them; files of the archive before and after.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FIXTURES, filesBelow, logtally, run } from "../cli/logtally.ts";
import { type Explored, explore } from "./explored.ts";

let archive: string;
let explored: Explored;
let files: readonly string[];

beforeAll(async () => {
  archive = await mkdtemp(join(tmpdir(), "logtally-explorer-"));
  await run(archive, [join(FIXTURES, "local/ssh_push/input.ndjson")]);
  // Makes the key of pseudonyms, as any first count does.
  await logtally(["counts", "--archive", archive]);
  files = await filesBelow(archive);
  explored = await explore(["--archive", archive]);
});

afterAll(async () => {
  expect(await explored.stop()).toBe("");
  expect(await filesBelow(archive)).toEqual(files);
  await rm(archive, { recursive: true });
});

interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** A request with these headers and no others, as `fetch` would not send it; the path as it is. */
function send(
  path: string,
  headers: Readonly<Record<string, string>>,
  method = "GET",
  body = "",
  { origin } = explored,
): Promise<Received> {
  const { port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(pieces).toString("utf8"),
        }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const withToken = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  send(path, { Authorization: `Bearer ${explored.token}`, ...headers });

describe("attacks", () => {
  it("answers nobody without the token, and nobody under another name", async () => {
    expect((await withToken("/api/about")).status).toBe(200);
    expect((await send("/api/about", {})).status).toBe(401);
    expect((await send(`/api/about?token=${explored.token}`, {})).status).toBe(401);
    expect((await withToken("/api/about", { Host: "evil.example" })).status).toBe(403);
    expect((await withToken("/api/about", { Origin: "https://evil.example" })).status).toBe(403);
    expect((await withToken("/api/about", { "Sec-Fetch-Site": "cross-site" })).status).toBe(403);
    expect((await send("/api/about", { Authorization: `Bearer ${explored.token}` }, "OPTIONS")).status).toBe(405);
  });

  it("lets no other origin read an answer", async () => {
    const { headers } = await withToken("/api/about");
    expect(headers).not.toHaveProperty("access-control-allow-origin");
    expect(headers["cross-origin-resource-policy"]).toBe("same-origin");
    expect(headers["cache-control"]).toBe("no-store");
  });

  it.each([
    "/page/../../../package.json",
    "/page/%2e%2e/%2e%2e/package.json",
    "/page/..%2fserver%2froute.ts",
    "/lib/lit-html/../../package.json",
    "/lib/../package.json",
    "/lib/elsewhere/x.js",
    "/page/tsconfig.json",
    "/page/main.ts/",
    "/page/missing.ts",
    "/lib/constructor/x.js",
    "/lib/lit-html/LICENSE/x.js",
    `/page/${"x".repeat(300)}.ts`,
  ])("serves no file but those of the page: %s", async (path) => {
    const { status, body } = await send(path, {});
    expect(body).not.toContain("dependencies");
    expect(status).toBe(404);
  });

  it("is no proxy", async () => {
    expect((await send("//evil.example/page/main", {})).status).toBe(400);
    expect((await send("http://evil.example/page/main", {})).status).toBe(400);
  });

  it("takes no question without end", async () => {
    const headers = { Authorization: `Bearer ${explored.token}`, "Content-Type": "application/json" };
    const answers = await Promise.all(
      ["/api/verify", "/api/export"].map((path) => send(path, headers, "POST", JSON.stringify("x".repeat(100_000)))),
    );
    expect(answers.map(({ status }) => status)).toEqual([400, 400]);
  });
});

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types lit-html",
];

describe("every answer", () => {
  it.each(["/", "/counts", "/page/main", "/nothing", "/api/about"])(
    "forbids what the page does not need: %s",
    async (path) => {
      const { headers } = await send(path, {});
      const policy = String(headers["content-security-policy"]);
      expect(policy.split("; ")).toEqual(expect.arrayContaining(POLICY));
      expect(policy).not.toMatch(/unsafe|\*|https?:/);
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["referrer-policy"]).toBe("no-referrer");
      expect(headers["cross-origin-opener-policy"]).toBe("same-origin");
      expect(headers["x-frame-options"]).toBe("DENY");
    },
  );

  it("names what is wrong with a question, and what to do", async () => {
    const problem = async (path: string) => {
      const { status, body } = await withToken(path);
      return [status, (JSON.parse(body) as { problem: string }).problem];
    };
    expect(await problem("/api/counts?by=moon")).toEqual([
      400,
      expect.stringContaining('by="moon": It must be one of: instance, plan'),
    ]);
    expect(await problem("/api/counts?evnt=git_push")).toEqual([
      400,
      expect.stringContaining('"evnt": no such parameter'),
    ]);
    expect(await problem("/api/counts?event=git_pull")).toEqual([
      400,
      expect.stringContaining("the catalogue counts no such event"),
    ]);
    expect(await problem("/api/counts?by=user&level=identifiable")).toEqual([
      400,
      expect.stringContaining("saas-user-switched-off"),
    ]);
    expect(await problem("/api/nothing")).toEqual([404, "nothing is at /api/nothing"]);
  });
});

/** What a script imports, at once or later. */
function importsOf(script: string): string[] {
  return [...script.matchAll(/\b(?:from|import) ?\(?"([./][^"\s]*)"/g)].map(([, name = ""]) => name);
}

it("is a page of less than 300 kB, compressed, all of it from here", async () => {
  const { body: html } = await send("/", {});
  const seen = new Map<string, string>();
  const load = async (path: string): Promise<void> => {
    if (seen.has(path)) return;
    seen.set(path, "");
    const { status, body } = await send(path, {});
    expect(`${path} ${status}`).toBe(`${path} 200`);
    seen.set(path, body);
    for (const name of importsOf(body)) await load(new URL(name, `${explored.origin}${path}`).pathname);
  };
  for (const [, path = ""] of html.matchAll(/(?:src|href)="([^"]+)"/g)) await load(path);
  expect([...seen.keys()]).toEqual(expect.arrayContaining(["/page/main", "/lib/uplot/uPlot.esm.js", "/page/page.css"]));
  const views = ["live", "logs", "counts", "archive"].map((view) => `/page/${view}/${view}-view.ts`);
  expect([...seen.keys()]).toEqual(expect.arrayContaining(views));
  expect(html).not.toMatch(/<script>|<style|https?:|\son\w+=/);
  const bytes = [html, ...seen.values()].reduce((sum, text) => sum + gzipSync(text).length, 0);
  expect(bytes).toBeLessThan(300_000);
  expect(bytes).toBeGreaterThan(30_000);
});

it.each(["/", "/live", "/logs", "/counts", "/archive"])("names all scripts of a view at once: %s", async (view) => {
  const { body: html } = await send(view, {});
  const named = [...html.matchAll(/rel="modulepreload" href="([^"]+)"/g)].map(([, path = ""]) => path);
  expect(named).toContain(`/page/${view === "/" ? "counts/counts" : `${view.slice(1)}${view}`}-view.ts`);
  const needed = new Set(["/page/main"]);
  for (const path of named) {
    const { status, body } = await send(path, {});
    expect(status).toBe(200);
    // What is imported by a call is of other views.
    const imports = importsOf(body.replaceAll(/import\("[^"]+"\)/g, ""));
    for (const name of imports) needed.add(new URL(name, `${explored.origin}${path}`).pathname);
  }
  expect(named).toEqual(expect.arrayContaining([...needed]));
});

describe("on all addresses of the machine", () => {
  let everywhere: Explored;

  afterEach(async () => {
    // As what runs services does.
    expect(await everywhere.stop("SIGTERM")).toBe("");
  });

  it.each(["0.0.0.0", "::"])("is reached at each of them, and by the names that were given: %s", async (address) => {
    const options = ["--listen", address, "--name", "Logs.example.com", "--name", "logs.example.com:8443"];
    everywhere = await explore(["--archive", archive, ...options]);
    // 128 bits, others each time.
    expect(everywhere.token).toMatch(/^[\w-]{22}$/);
    expect(everywhere.token).not.toBe(explored.token);
    const { host, port } = new URL(everywhere.url);
    expect(host).toBe(`127.0.0.1:${port}`);
    const ofMachine = Object.values(networkInterfaces()).flatMap((some = []) => some);
    const addresses = ofMachine.map((each) => (each.family === "IPv6" ? `[${each.address}]` : each.address));
    expect(addresses).toContain("127.0.0.1");
    const hosts = [...addresses, "localhost"].map((each) => `${each}:${port}`);
    const named = ["logs.example.com", `logs.example.com:${port}`, "logs.example.com:8443"];
    const statusFor = async (asked: string) => {
      const headers = { Authorization: `Bearer ${everywhere.token}`, Host: asked };
      return (await send("/api/about", headers, "GET", "", everywhere)).status;
    };
    expect(await Promise.all([...hosts, ...named].map(statusFor))).toEqual([...hosts, ...named].map(() => 200));
    // A name can be bound to this machine by whoever owns it, and what is not of this machine nobody has asked for.
    const strange = [`evil.example:${port}`, `0.0.0.0:${port}`, `192.0.2.1:${port}`, `[::]:${port}`];
    expect(await Promise.all(strange.map(statusFor))).toEqual(strange.map(() => 403));
  });
});

it("says what is wrong before it serves anything", async () => {
  const { port } = new URL(explored.origin);
  const nowhere = join(archive, "nowhere");
  const taken = await logtally(["explore", "--archive", archive, "--port", port]);
  expect(taken).toMatchObject({ code: 2, stdout: "" });
  expect(taken.stderr).toContain(`port ${port}: somebody else listens there (hint: --port 0 takes any that is free)`);
  const missing = await logtally(["explore", "--archive", nowhere]);
  expect(missing).toMatchObject({ code: 2, stdout: "" });
  expect(missing.stderr).toContain("nowhere");
  const named = await logtally(["explore", "--archive", nowhere, "--name", "https://logs.example.com"]);
  expect(named).toMatchObject({ code: 2, stdout: "" });
  expect(named.stderr).toContain("It must be a host as in an address, such as logs.example.com.");
});
