import {
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { TraceSpan } from "../../core/trace-span.ts";

/** Sends spans to a collector, in the background and at best effort: what it does not take is dropped. */
export interface SpanExporter {
  send(span: TraceSpan): void;
  /** Sends what waits, for some seconds at the most. */
  close(): Promise<void>;
}

const CLOSE_MS = 2000;
const TRACE_PARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Where, how often and with which headers the standard variables of OpenTelemetry say, `OTEL_EXPORTER_OTLP_…`. */
export function openSpanExporter(version: string): SpanExporter {
  const resource = defaultResource()
    .merge(resourceFromAttributes({ "service.name": "logtally", "service.version": version }))
    // What the deployment says of itself goes first.
    .merge(detectResources({ detectors: [envDetector] }));
  const provider = new TracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  const tracer = provider.getTracer("logtally", version);
  return {
    send: (span) => record(tracer, span, null),
    async close() {
      // The collector may refuse them: that is told by nobody's exit code.
      const sent = provider.shutdown().catch(() => undefined);
      await Promise.race([sent, new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref())]);
    },
  };
}

function record(tracer: Tracer, span: TraceSpan, parent: Span | null): void {
  const { name, startedAtMs, endedAtMs, attributes, error } = span;
  const kind = parent === null ? SpanKind.CONSUMER : SpanKind.INTERNAL;
  const links = span.links.flatMap(linkOf);
  const context = parent === null ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, parent);
  const recorded = tracer.startSpan(name, { kind, startTime: startedAtMs, attributes, links }, context);
  if (error !== null) recorded.setStatus({ code: SpanStatusCode.ERROR, message: error });
  for (const child of span.children) record(tracer, child, recorded);
  recorded.end(endedAtMs);
}

/** None for what is no `traceparent`. */
function linkOf(traceParent: string): Link[] {
  const [, traceId, spanId, flags = "00"] = TRACE_PARENT.exec(traceParent) ?? [];
  if (traceId === undefined || spanId === undefined) return [];
  const isSampled = Number.parseInt(flags, 16) % 2 === 1;
  const traceFlags = isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return [{ context: { traceId, spanId, traceFlags, isRemote: true } }];
}
