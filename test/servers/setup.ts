/**
 * Real servers for the tests in `*.it.test.ts`, started once for all of them. Where a toolchain is missing, their tests
 * are skipped and named; on CI that is a failure. A server that runs already is told by its variable.
 */
import type { TestProject } from "vitest/node";
import { startGcsServer } from "./gcs-server.ts";
import { startPubsubServer } from "./pubsub-server.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Null where there is no server. */
    readonly gcsUrl: string | null;
    /** `HOST:PORT`; null where there is no server. */
    readonly pubsubHost: string | null;
  }
}

const GCS_VARIABLE = "LOGTALLY_TEST_GCS_URL";
const PUBSUB_VARIABLE = "LOGTALLY_TEST_PUBSUB_HOST";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const givenUrl = process.env[GCS_VARIABLE];
  const gcs = givenUrl === undefined ? await startGcsServer() : null;
  project.provide("gcsUrl", present(givenUrl ?? gcs?.url, "Cloud Storage", GCS_VARIABLE));
  const givenHost = process.env[PUBSUB_VARIABLE];
  const pubsub = givenHost === undefined ? await startPubsubServer() : null;
  project.provide("pubsubHost", present(givenHost ?? pubsub?.host, "Pub/Sub", PUBSUB_VARIABLE));
  return async () => {
    await gcs?.stop();
    await pubsub?.stop();
  };
}

function present(place: string | undefined, service: string, variable: string): string | null {
  if (place === undefined && process.env["CI"] !== undefined) {
    throw new Error(`no server of ${service}: install Go, or set ${variable}`);
  }
  return place ?? null;
}
