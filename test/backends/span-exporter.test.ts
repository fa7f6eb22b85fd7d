/**
 * Goal: a collector gets a batch as one trace, with its steps below it and linked to the traces of its messages.
 * Method: a server that notes what it is sent, where the standard variable says; others that are not there, or refuse.
 */
import { createServer } from "node:http";
import { afterEach, expect, it } from "vitest";
import { openSpanExporter } from "../../src/backends/otlp/span-exporter.ts";
import type { TraceSpan } from "../../src/core/trace-span.ts";
import { startCapturingServer } from "../servers/capturing-server.ts";
import { type LoopbackServer, listenOnLoopback } from "../servers/loopback-http.ts";

const VARIABLE = "OTEL_EXPORTER_OTLP_ENDPOINT";
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const STEP: TraceSpan = {
  name: "logtally.archive",
  startedAtMs: 1_700_000_000_010,
  endedAtMs: 1_700_000_000_030,
  attributes: { "logtally.objects": ["wal/a"] },
  links: [],
  error: "away",
  children: [],
};
const BATCH: TraceSpan = {
  ...STEP,
  name: "logtally.batch",
  attributes: { "logtally.lines": 3 },
  links: [`00-${TRACE}-b7ad6b7169203331-01`, "what somebody wrote"],
  error: null,
  children: [STEP],
};

interface SentSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly links: readonly { readonly traceId: string }[];
  readonly status: { readonly code: number; readonly message?: string };
}

let server: LoopbackServer | null = null;
afterEach(async () => {
  delete process.env[VARIABLE];
  await server?.close();
  server = null;
});

it("a trace arrives with its steps, links and errors", async () => {
  const collector = await startCapturingServer();
  server = collector;
  process.env[VARIABLE] = server.url;
  const exporter = openSpanExporter("1.2.3");
  exporter.send(BATCH);
  await exporter.close();
  const [request] = collector.requests;
  if (request === undefined) throw new Error("nothing came");
  expect(request).toMatchObject({ method: "POST", path: "/v1/traces" });
  const { resourceSpans } = request.body as {
    resourceSpans: { resource: unknown; scopeSpans: { spans: SentSpan[] }[] }[];
  };
  expect(JSON.stringify(resourceSpans[0]?.resource)).toContain('"stringValue":"logtally"');
  const spans = resourceSpans[0]?.scopeSpans[0]?.spans ?? [];
  const batch = spans.find(({ name }) => name === "logtally.batch");
  const step = spans.find(({ name }) => name === "logtally.archive");
  expect(spans).toHaveLength(2);
  expect(step).toMatchObject({ traceId: batch?.traceId, parentSpanId: batch?.spanId, status: { code: 2 } });
  expect(step?.startTimeUnixNano).toBe("1700000000010000000");
  expect(batch?.links.map(({ traceId }) => traceId)).toEqual([TRACE]);
});

it("a collector that is away holds up no end", async () => {
  process.env[VARIABLE] = "http://127.0.0.1:9";
  const exporter = openSpanExporter("1.2.3");
  exporter.send(BATCH);
  await expect(exporter.close()).resolves.toBeUndefined();
});

it("nor does one that refuses", async () => {
  server = await listenOnLoopback(createServer((_, response) => response.writeHead(404).end()));
  process.env[VARIABLE] = server.url;
  const exporter = openSpanExporter("1.2.3");
  exporter.send(BATCH);
  await expect(exporter.close()).resolves.toBeUndefined();
});
