import type { Deployment } from "../../sizing/deployment.ts";
import type { Exceeded } from "../../sizing/limits.ts";
import { totalOf } from "../../sizing/monthly-cost.ts";
import type { Sizing } from "../../sizing/size.ts";

/** The same as JSON, one line. Counts and bytes are whole; US dollars to the cent. */
export function sizeJson(deployment: Deployment, sizing: Sizing, exceeded: readonly Exceeded[]): string {
  const { workers, sealing, writeAhead, requests, vault, views, index, monthlyUsd } = sizing;
  const json = {
    lines_per_second: exact(deployment.linesPerSecond),
    lines_per_day: Math.round(sizing.linesPerDay),
    bytes_per_day: Math.round(sizing.bytesPerDay),
    pubsub_bytes_per_day: Math.round(sizing.pubsubBytesPerDay),
    workers: {
      processes: workers.processes,
      writers: workers.writers,
      cores: exact(workers.cores),
      memory_bytes: workers.memoryBytes,
    },
    sealing: {
      processes: sealing.processes,
      cores: exact(sealing.cores),
      memory_bytes: sealing.memoryBytes,
      seals_per_day: sealing.sealsPerDay,
      hours: sealing.spanHours,
      passes: sealing.passes,
      hours_per_hour: exact(sealing.hoursPerHour),
    },
    write_ahead: {
      objects_per_day: Math.round(writeAhead.objectsPerDay),
      object_bytes: Math.round(writeAhead.objectBytes),
      standing_objects: Math.round(writeAhead.standingObjects),
      standing_bytes: Math.round(writeAhead.standingBytes),
    },
    requests_per_day: {
      creates: Math.round(requests.creates),
      segments: Math.round(requests.segments),
      lists: Math.round(requests.lists),
      reads: Math.round(requests.reads),
      segment_reads: Math.round(requests.segmentReads),
      segment_bytes_read: Math.round(requests.segmentBytesRead),
    },
    vault: {
      segments_per_day: vault.segmentsPerDay,
      bytes_per_day: Math.round(vault.perDay),
      bytes_in_all: Math.round(vault.inAll),
      class: deployment.storageClass,
    },
    views: { bytes_per_day: Math.round(views.perDay), bytes_in_all: Math.round(views.inAll) },
    index:
      index === null
        ? null
        : {
            documents: Math.round(index.documents),
            bytes: Math.round(index.bytes),
            shards: index.shards,
            nodes: index.nodes,
            cores: exact(index.cores),
          },
    monthly_usd: Object.fromEntries(
      [...Object.entries(monthlyUsd), ["total", totalOf(monthlyUsd)] as const].map(([name, usd]) => [name, cents(usd)]),
    ),
    limits: exceeded,
    prices: Object.fromEntries(
      Object.entries(deployment.prices).map(([name, { usd, per, asOf }]) => [name, { usd, per, as_of: asOf }]),
    ),
  };
  return `${JSON.stringify(json)}\n`;
}

function cents(usd: number): number {
  return Math.round(usd * 100) / 100;
}

/** Without the digits that only floating point knows. */
function exact(value: number): number {
  return Number(value.toPrecision(6));
}
