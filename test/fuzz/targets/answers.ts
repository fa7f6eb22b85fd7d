import assert from "node:assert/strict";
import { CREATE, outcomesOf } from "../../../src/backends/elasticsearch/bulk.ts";
import { ClusterError } from "../../../src/backends/elasticsearch/cluster.ts";
import { countsIn } from "../../../src/backends/elasticsearch/published-counts.ts";
import { pageOf, uploadOf } from "../../../src/backends/gcs/answer.ts";
import { gcsError, messageOf, passes } from "../../../src/backends/gcs/gcs-error.ts";
import { ServiceError, serviceError } from "../../../src/backends/gcs/service.ts";
import { isTimeout, subscriberError } from "../../../src/backends/pubsub/google-error.ts";
import { unsettledOf } from "../../../src/backends/pubsub/google-subscriber.ts";
import { pubsubError } from "../../../src/backends/pubsub/pubsub-error.ts";
import { IoError } from "../../../src/core/fault.ts";
import type { FuzzTarget } from "../target.ts";

/** What services answer, and what stands between them and us. */

const texts = (...all: readonly string[]): readonly Buffer[] => all.map((text) => Buffer.from(text));

/** Undefined for what is no JSON. */
function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

const STATUS = [
  '"status":',
  "200",
  "409",
  "400",
  "429",
  "413",
  "503",
  "1e400",
  '"200"',
  '"type":',
  '"reason":',
  '"caused_by":{',
  "null",
];

export const bulkAnswer: FuzzTarget = {
  name: "bulk-answer",
  holds: "an answer to a bulk request is refused, or tells of each document what became of it",
  covers: ["src/backends/elasticsearch/bulk.ts"],
  seeds: () =>
    texts(
      '{"items":[{"create":{"status":201}},{"create":{"status":400,"error":{"type":"x","reason":"r","caused_by":{"reason":"c"}}}}]}',
      '{"items":[{"create":{"status":429,"error":{"type":"es_rejected_execution_exception","reason":"r"}}}]}',
      '{"items":[{"create":{"status":400,"error":{"type":"validation_exception"}}},{"create":{"status":413}},{"create":{"status":403}}]}',
    ),
  words: [...STATUS, '"items":[', '{"create":{', '"error":', '"index_closed_exception"'],
  check(bytes) {
    const answer = jsonOf(bytes);
    for (const count of [1, 2, 3]) {
      try {
        const outcomes = outcomesOf(answer, count, CREATE);
        assert.equal(outcomes.length, count);
        for (const outcome of outcomes) {
          assert(["stored", "conflict", "rejected", "busy", "blocked"].includes(outcome.kind));
          if (outcome.kind === "stored" || outcome.kind === "conflict") continue;
          const { status, type, reason } = outcome.rejection;
          assert(Number.isInteger(status) && typeof type === "string" && typeof reason === "string");
          // A document is given up only where the cluster has said that it is the document.
          const isOfIndex = type === "validation_exception" || type === "index_closed_exception";
          if (outcome.kind === "rejected") assert(status === 413 || (status === 400 && !isOfIndex));
        }
      } catch (error) {
        if (!(error instanceof ClusterError)) throw error;
      }
    }
  },
};

export const searchAnswer: FuzzTarget = {
  name: "search-answer",
  holds: "an answer to a search for published counts is refused, or tells of each what it is the count of",
  covers: ["src/backends/elasticsearch/published-counts.ts"],
  seeds: () =>
    texts(
      '{"hits":{"hits":[{"_source":{"id":"a","event":"e","key":"k","@timestamp":"2020-12-22T00:00:00.000Z"}}]}}',
      '{"hits":{"hits":[{"_source":{"id":"a","event":"e","@timestamp":"2020-12-22T00:00:00.000Z"}},{"_source":{}}]}}',
      '{"hits":{"hits":[]}}',
    ),
  words: ['"hits":', '"_source":{', '"id":', '"key":null', '"@timestamp":', "2020-12-22T00:00:00.000Z"],
  check(bytes) {
    try {
      for (const { id, event, key, day } of countsIn(jsonOf(bytes))) {
        assert(typeof id === "string" && typeof event === "string" && (key === null || typeof key === "string"));
        assert.match(day, /^\d{4}-\d\d-\d\d$/);
      }
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
    }
  },
};

export const gcsAnswer: FuzzTarget = {
  name: "gcs-answer",
  holds: "a list of objects, an upload or an error of Cloud Storage is refused, or read as what it says",
  covers: ["src/backends/gcs/answer.ts", "src/backends/gcs/gcs-error.ts"],
  seeds: () =>
    texts(
      '{"items":[{"name":"wal/x","size":"10","timeCreated":"2020-12-22T09:00:00.000Z"}],"nextPageToken":"t"}',
      '{"md5Hash":"x=="}',
      '{"error":{"code":403,"message":"a does not have storage.objects.list access.","errors":[{"reason":"forbidden"}]}}',
      "<html><b>Bad gateway</b></html>",
    ),
  words: [
    '"items":',
    '"name":',
    '"size":"1"',
    '"timeCreated":',
    '"error":{"message":',
    '"errors":[',
    '"reason":"rateLimitExceeded"',
    "null",
  ],
  check(bytes) {
    const answer = { status: 200, body: bytes };
    for (const read of [pageOf, uploadOf]) {
      try {
        const found = read(answer);
        if (!("objects" in found)) continue;
        assert.equal(typeof found.nextPageToken, "string");
        for (const { name, sizeBytes, createdAtMs } of found.objects) {
          assert(
            typeof name === "string" &&
              Number.isSafeInteger(sizeBytes) &&
              sizeBytes >= 0 &&
              Number.isFinite(createdAtMs),
          );
        }
      } catch (error) {
        // It is tried again, as if nobody had answered.
        if (!(error instanceof ServiceError) || !passes(error)) throw error;
      }
    }
    for (const status of [400, 401, 403, 404, 412, 429, 500]) {
      const failed = serviceError(status, bytes.toString("utf8"));
      assert(!messageOf(failed).includes("\n") && messageOf(failed) !== "" && typeof failed.reason === "string");
      const told = gcsError("read x", "bkt", "roles/storage.objectViewer", failed);
      assert(told instanceof IoError && !told.message.includes("\n"));
    }
  },
};

export const pubsubAnswer: FuzzTarget = {
  name: "pubsub-answer",
  holds: "whatever the client of Pub/Sub throws is told in one line, and is about those ids only that it names",
  covers: ["src/backends/pubsub/google-error.ts", "src/backends/pubsub/pubsub-error.ts"],
  seeds: () =>
    texts(
      '{"code":5,"details":"Resource not found (resource=x).","message":"5 NOT_FOUND: x"}',
      '{"code":9,"message":"x","errorInfoMetadata":{"a":"TRANSIENT_FAILURE","b":"PERMANENT_FAILURE_INVALID_ACK_ID"}}',
      '{"code":8,"message":"Received message larger than max"}',
      '{"message":"Could not load the default credentials."}',
    ),
  words: [
    '"code":4',
    '"code":16',
    '"code":7',
    '"details":',
    '"message":',
    '"errorInfoMetadata":{',
    '"a":',
    '"__proto__":',
    "null",
    "\\n",
  ],
  check(bytes) {
    const thrown = jsonOf(bytes);
    const failed = subscriberError(thrown);
    assert(!failed.message.includes("\n") && failed.message.length <= 300);
    assert.equal(typeof isTimeout(failed), "boolean");
    const told = pubsubError("pull from", "s", failed);
    assert(told instanceof IoError && !told.message.includes("\n"));
    const ids = ["a", "b", "constructor"];
    const unsettled = unsettledOf(thrown, ids);
    if (unsettled === null) return;
    const all = [...unsettled.lost, ...unsettled.later];
    assert(all.length > 0 && new Set(all).size === all.length && all.every((id) => ids.includes(id)));
  },
};
