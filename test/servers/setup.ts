/**
 * Real servers for the tests in `*.it.test.ts`, started once for all of them. Where a toolchain is missing, their tests
 * are skipped and named; on CI that is a failure. A server that runs already is told by its variable.
 */
import type { TestProject } from "vitest/node";
import { startElasticsearchServer } from "./elasticsearch-server.ts";
import { startGcsServer } from "./gcs-server.ts";
import { startPubsubServer } from "./pubsub-server.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Null where there is no server. */
    readonly gcsUrl: string | null;
    /** `HOST:PORT`; null where there is no server. */
    readonly pubsubHost: string | null;
    /** Null where there is no server. */
    readonly elasticsearchUrl: string | null;
  }
}

const GCS_VARIABLE = "LOGTALLY_TEST_GCS_URL";
const PUBSUB_VARIABLE = "LOGTALLY_TEST_PUBSUB_HOST";
const ELASTICSEARCH_VARIABLE = "LOGTALLY_TEST_ELASTICSEARCH_URL";

/** Cloud Storage's comes last: where a start fails, the other two end with this process. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const givenCluster = process.env[ELASTICSEARCH_VARIABLE];
  const elasticsearch = givenCluster === undefined ? await startElasticsearchServer() : null;
  const cluster = givenCluster ?? elasticsearch?.url;
  const java = "Maven and a JDK of at least 21";
  project.provide("elasticsearchUrl", present(cluster, "Elasticsearch", java, ELASTICSEARCH_VARIABLE));
  const givenHost = process.env[PUBSUB_VARIABLE];
  const pubsub = givenHost === undefined ? await startPubsubServer() : null;
  project.provide("pubsubHost", present(givenHost ?? pubsub?.host, "Pub/Sub", "Go", PUBSUB_VARIABLE));
  const givenUrl = process.env[GCS_VARIABLE];
  const gcs = givenUrl === undefined ? await startGcsServer() : null;
  project.provide("gcsUrl", present(givenUrl ?? gcs?.url, "Cloud Storage", "Go", GCS_VARIABLE));
  return async () => {
    await gcs?.stop();
    await pubsub?.stop();
    await elasticsearch?.stop();
  };
}

function present(place: string | undefined, service: string, toolchain: string, variable: string): string | null {
  if (place === undefined && process.env["CI"] !== undefined) {
    throw new Error(`no server of ${service}: install ${toolchain}, or set ${variable}`);
  }
  return place ?? null;
}
