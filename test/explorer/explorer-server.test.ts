/**
 * Goal: the server of the page gives whole answers, or says that they are none; at the pace of whoever takes them; to those
 * who call it by its names; and tells browsers nothing of what goes wrong inside.
 * Method: a server with routes and files of this test, and requests that browsers and others send.
 */
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { buffer, text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { IoError, UsageError } from "../../src/core/fault.ts";
import {
  type Explorer,
  type ExplorerOptions,
  type PageFile,
  startExplorer,
} from "../../src/explorer/server/explorer-server.ts";
import { jsonLinesReply, jsonReply, type Route } from "../../src/explorer/server/route.ts";

const LOOPBACK = "127.0.0.1";
const JSON_POST = { "Content-Type": "application/json" };
const PART = Buffer.alloc(65_536, "x");
/** Far more than what lies between two ends of a connection. */
const PARTS = 500;

let explorer: Explorer;
const crashes: unknown[] = [];

afterEach(async () => {
  await explorer.close();
  crashes.length = 0;
});

async function serve(routes: readonly Route[], options: Partial<ExplorerOptions> = {}): Promise<void> {
  explorer = await startExplorer({
    address: LOOPBACK,
    port: 0,
    takesOther: false,
    reachedAt: [LOOPBACK],
    names: [],
    token: "secret",
    routes,
    pageFile: () => Promise.resolve(null),
    onCrash: (error) => crashes.push(error),
    ...options,
  });
}

const get = (path: string, answer: Route["answer"]): Route => ({ method: "GET", path, answer });

/** What comes, before its body is read. */
async function responseTo(path: string, headers = {}, method = "GET", body = ""): Promise<IncomingMessage> {
  const { port } = new URL(explorer.url);
  const sent = request({
    host: LOOPBACK,
    port,
    path,
    method,
    headers: { Authorization: "Bearer secret", ...headers },
  });
  sent.end(body);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return response;
}

async function answerTo(...asked: Parameters<typeof responseTo>): Promise<[number | undefined, string]> {
  const response = await responseTo(...asked);
  return [response.statusCode, await text(response)];
}

describe("the server", () => {
  it("is called by the addresses at which it is reached, and by the names that it was given", async () => {
    const reachedAt = [LOOPBACK, "192.0.2.7", "2001:db8:0::7"] as const;
    await serve([get("/api/x", async () => jsonReply(1))], {
      reachedAt,
      names: ["logs.example.com", "other.example:8443"],
    });
    const { port } = new URL(explorer.url);
    const statusFor = async (host: string) => (await answerTo("/api/x", { Host: host }))[0];
    const mine = [`${LOOPBACK}:${port}`, `localhost:${port}`, `192.0.2.7:${port}`, `[2001:db8::7]:${port}`];
    const given = ["logs.example.com", `logs.example.com:${port}`, "other.example:8443"];
    expect(await Promise.all([...mine, ...given].map(statusFor))).toEqual([...mine, ...given].map(() => 200));
    const strange = [LOOPBACK, "localhost", "logs.example.com:8443", `192.0.2.8:${port}`, "evil.example"];
    expect(await Promise.all(strange.map(statusFor))).toEqual(strange.map(() => 403));
  });

  it("answers by the method that a question has, and no other", async () => {
    let asked = 0;
    const answer = async () => jsonReply((asked += 1));
    await serve([get("/api/look", answer), { method: "POST", path: "/api/work", answer }]);
    expect(await answerTo("/api/work")).toEqual([404, expect.anything()]);
    expect(await answerTo("/api/work", {}, "HEAD")).toEqual([404, ""]);
    expect(await answerTo("/api/look", JSON_POST, "POST", "{}")).toEqual([404, expect.anything()]);
    expect(asked).toBe(0);
    expect(await answerTo("/api/work", JSON_POST, "POST", "{}")).toEqual([200, "1"]);
    expect(await answerTo("/api/look", {}, "HEAD")).toEqual([200, ""]);
  });

  it("hands no question over that has too many bytes", async () => {
    const bodies: string[] = [];
    const answer: Route["answer"] = async ({ body }) => jsonReply(bodies.push(body));
    await serve([{ method: "POST", path: "/api/work", answer }]);
    const most = "x".repeat(65_536);
    expect(await answerTo("/api/work", JSON_POST, "POST", most)).toEqual([200, "1"]);
    expect(await answerTo("/api/work", JSON_POST, "POST", `${most}x`)).toEqual([400, expect.stringContaining("65536")]);
    expect(bodies).toEqual([most]);
  });

  it("says what is the world's fault or the user's in words, and of a bug only that it is one", async () => {
    const bug = new TypeError("the name of a secret");
    const failing = (error: Error): Route["answer"] => {
      return async () => {
        throw error;
      };
    };
    await serve([
      get("/api/usage", failing(new UsageError("ask otherwise"))),
      get("/api/io", failing(new IoError("unavailable", "read the archive: it is away"))),
      get("/api/bug", failing(bug)),
    ]);
    expect(await answerTo("/api/usage")).toEqual([400, '{"problem":"ask otherwise"}']);
    expect(await answerTo("/api/io")).toEqual([503, '{"problem":"read the archive: it is away"}']);
    expect(await answerTo("/api/bug")).toEqual([
      500,
      '{"problem":"this is a bug; the terminal of logtally says more"}',
    ]);
    expect(crashes).toEqual([bug]);
  });
});

describe("an answer in parts", () => {
  it("that breaks off ends with a problem in JSON lines, and is cut off in a file", async () => {
    await serve([
      get("/api/lines", async () =>
        jsonLinesReply(async (send) => {
          await send({ row: 1 });
          throw new IoError("unavailable", "read the archive: it is away");
        }),
      ),
      get("/api/file", async () => ({
        mediaType: "text/csv",
        sendParts: async (send) => {
          await send("a,b\n");
          throw new IoError("unavailable", "read the archive: it is away");
        },
      })),
    ]);
    expect(await answerTo("/api/lines")).toEqual([200, '{"row":1}\n{"problem":"read the archive: it is away"}\n']);
    await expect(answerTo("/api/file")).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  it("waits for whoever takes it, and ends with whoever has gone", async () => {
    let sent = 0;
    const ends = Promise.withResolvers<boolean>();
    await serve([
      get("/api/file", async ({ signal }) => ({
        mediaType: "text/csv",
        sendParts: async (send) => {
          while (sent < PARTS && !signal.aborted) {
            await send(PART);
            sent += 1;
          }
          ends.resolve(signal.aborted);
        },
      })),
    ]);
    const response = await responseTo("/api/file");
    response.pause();
    await sleep(300);
    expect(sent).toBeLessThan(PARTS / 2);
    response.destroy();
    expect(await ends.promise).toBe(true);
    expect(sent).toBeLessThan(PARTS / 2);

    sent = 0;
    const bytes = (await buffer(await responseTo("/api/file"))).length;
    expect(bytes).toBe(PARTS * PART.length);
  });
});

describe("a file of the page", () => {
  const fileOf = (content: string): PageFile => ({
    mediaType: "text/css",
    content: Buffer.from(content),
    gzipped: gzipSync(content),
    tag: `"${content.length}"`,
  });

  it("is sent again only where it has changed", async () => {
    let content = "a {}";
    await serve([], { pageFile: async () => fileOf(content) });
    const first = await responseTo("/page/x.css");
    expect(await text(first)).toBe("a {}");
    expect(first.headers["cache-control"]).toBe("no-cache");
    const known = { "If-None-Match": first.headers.etag };
    expect(await answerTo("/page/x.css", known)).toEqual([304, ""]);
    content = "a, b {}";
    expect(await answerTo("/page/x.css", known)).toEqual([200, "a, b {}"]);
  });

  it("is compressed for those who can read that", async () => {
    await serve([], { pageFile: async () => fileOf("a {}") });
    const plain = await responseTo("/page/x.css");
    expect([plain.headers["content-encoding"], await text(plain)]).toEqual([undefined, "a {}"]);
    const packed = await responseTo("/page/x.css", { "Accept-Encoding": "gzip, br" });
    expect([packed.headers["content-encoding"], packed.headers.vary]).toEqual(["gzip", "Accept-Encoding"]);
    expect(String(gunzipSync(await buffer(packed)))).toBe("a {}");
  });
});
