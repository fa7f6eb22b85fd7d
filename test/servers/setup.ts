/**
 * Real servers for the tests in `*.it.test.ts`, started once for all of them. Where a toolchain is missing, their tests
 * are skipped and named; on CI that is a failure. A server that runs already is told by its variable.
 */
import type { TestProject } from "vitest/node";
import { startGcsServer } from "./gcs-server.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Null where there is no server. */
    readonly gcsUrl: string | null;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env["LOGTALLY_TEST_GCS_URL"];
  const gcs = given === undefined ? await startGcsServer() : null;
  const url = given ?? gcs?.url ?? null;
  if (url === null && process.env["CI"] !== undefined) {
    throw new Error("no server of Cloud Storage: install Go, or set LOGTALLY_TEST_GCS_URL");
  }
  project.provide("gcsUrl", url);
  return async () => {
    await gcs?.stop();
  };
}
