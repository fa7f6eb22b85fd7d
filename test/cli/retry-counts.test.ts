/**
 * Goal: a retry says why in one of few words, and a service is shown before it failed.
 * Method: errors as the clients of services throw them, and some that would make a word of their own.
 */
import { expect, it } from "vitest";
import { ClusterError } from "../../src/backends/elasticsearch/cluster.ts";
import { ServiceError } from "../../src/backends/gcs/service.ts";
import { SubscriberError } from "../../src/backends/pubsub/subscriber.ts";
import { countRetry, retryCause, retrySamples } from "../../src/cli/process/retry-counts.ts";
import { IoError } from "../../src/core/fault.ts";

const withCode = (code: unknown): Error => Object.assign(new Error("of the system"), { code });

it.each([
  ["http_503", new ServiceError(503, "busy", "backendError")],
  ["http_429", new IoError("unavailable", "index", { cause: new ClusterError("refused", 429, "", "full") })],
  ["ECONNREFUSED", new TypeError("fetch failed", { cause: withCode("ECONNREFUSED") })],
  ["away", new IoError("unavailable", "index", { cause: new ClusterError("away", null, "", "no answer in time") })],
  ["passing", new SubscriberError("passing", "overloaded", { cause: withCode(14) })],
  ["unavailable", new IoError("unavailable", "some of the documents")],
  // What anybody may say, none of it a word of ours.
  ["other", withCode("EVERY_REQUEST_ITS_OWN")],
  ["other", new ServiceError(299, "a status that is none", "")],
  ["other", new ServiceError(4040, "nor is this", "")],
  ["other", "no error at all"],
])("is told as %s", (cause, error) => {
  expect(retryCause(error)).toBe(cause);
});

it("is counted by service and cause; a service that never failed is there as well", () => {
  const of = (service: string, cause: string): number | undefined =>
    retrySamples().find(({ labels }) => labels["service"] === service && labels["cause"] === cause)?.value;
  for (const service of ["archive", "index", "kms", "subscription"]) expect(of(service, "other")).toBe(0);
  countRetry("kms", new ServiceError(503, "busy", ""));
  countRetry("kms", new ServiceError(503, "busy", ""));
  expect(of("kms", "http_503")).toBe(2);
  expect(of("kms", "other")).toBe(0);
});
