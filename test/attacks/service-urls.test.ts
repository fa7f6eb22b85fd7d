/**
 * Goal: a URL in a pipeline leads requests and secrets only to a service: not to what gives a machine its credentials,
 * not with a password in it that messages would repeat, and no key goes where everybody can read it.
 * Method: pipelines as a user writes them, with addresses of metadata services in every spelling that leads there.
 */
import { describe, expect, it } from "vitest";
import { parsePipeline } from "../../src/config/pipeline.ts";
import { UsageError } from "../../src/core/fault.ts";

const PASSWORD = "canary-hunter2";

const PLACES: Readonly<Record<string, (url: string, more?: string) => string>> = {
  "index.urls.0": (url, more = "") =>
    `source: {kind: stdin}\narchive: {kind: folder, path: a}\nindex: {kind: elasticsearch, urls: [${JSON.stringify(url)}]${more}}`,
  "archive.endpoint": (url) =>
    `source: {kind: stdin}\narchive: {kind: gcs, bucket: some-bucket, endpoint: ${JSON.stringify(url)}}`,
  "source.endpoint": (url) =>
    `source: {kind: files, paths: ["gs://some-bucket/a"], endpoint: ${JSON.stringify(url)}}\narchive: {kind: folder, path: a}`,
};

/** What the user is told; null where the pipeline is taken. */
function refusalOf(text: string): string | null {
  try {
    parsePipeline(`name: a\n${text}\n`, "a.yaml", [], "/");
    return null;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

const METADATA = [
  "http://169.254.169.254",
  "https://169.254.169.254",
  "http://169.254.170.2",
  "http://2852039166",
  "http://0xA9FEA9FE",
  "http://0xa9.0xfe.0xa9.0xfe",
  "http://0251.0376.0251.0376",
  "http://169.254.43518",
  "http://169.254.169.254.:80",
  "http://[::ffff:169.254.169.254]",
  "http://[::ffff:a9fe:a9fe]:8080",
  "http://[64:ff9b::169.254.169.254]",
  "http://[fd00:ec2::254]",
  "http://[fd00:0ec2:0:0:0:0:0:0254]",
  "http://[fe80::a9fe:a9fe]",
  "http://169.254.170.23",
  "http://[64:ff9b::a9fe:aa17]",
  "http://[fd00:ec2::23]",
  "http://100.100.100.200",
  "http://[::ffff:100.100.100.200]",
  "http://metadata.google.internal",
  "http://METADATA.google.INTERNAL.",
  "http://metadata.goog",
  "http://instance-data.ec2.internal",
];

const SERVICES = [
  "https://es.example:9200",
  "http://127.0.0.1:9200",
  "http://[::1]:9200",
  "http://169.253.1.1",
  "http://169.254.1.1:9200",
  "http://[fe80::1]:9200",
  "http://[64:ff9b::169.254.1.1]",
  "http://metadata:9200",
  "http://instance-data:9200",
];

describe.each(Object.entries(PLACES))("%s", (field, pipeline) => {
  it.each(METADATA)("does not lead to the metadata of a machine: %s", (url) => {
    expect(refusalOf(pipeline(url))).toContain(`field "${field}": expected a URL that does not lead to the metadata`);
  });

  it.each([`https://elastic:${PASSWORD}@es.example:9200`, `http://${PASSWORD}@es.example`])(
    "has no user and password, and they are not repeated: %s",
    (url) => {
      const refusal = refusalOf(pipeline(url));
      expect(refusal).toContain("without a user and a password in it");
      expect(refusal).not.toContain(PASSWORD);
    },
  );

  it.each([
    `https://elastic:hunter/${PASSWORD}@es.example:9200`,
    `https://elastic:hunter?${PASSWORD}@es.example:9200`,
    `https://elastic:hunter#${PASSWORD}@es.example:9200`,
    `https://elastic:9200?${PASSWORD}@es.example`,
    `https://elastic:hunter@${PASSWORD}/@es.example`,
    `https://elastic:hunter ${PASSWORD}/@es.example`,
    `https://elastic:\\${PASSWORD}@es.example`,
    `https:/elastic:${PASSWORD}@es.example`,
    `https:elastic:${PASSWORD}@es.example`,
    `elastic:${PASSWORD}@es.example:9200`,
  ])("has no password that is repeated, however it is spelled: %s", (url) => {
    const refusal = refusalOf(pipeline(url));
    expect(refusal).toContain(`field "${field}": expected `);
    expect(refusal).not.toContain(PASSWORD);
  });

  it.each(["file:///etc/passwd", "ftp://a.example", "gopher://a.example", "http://", "https://a b", "http://a:99999"])(
    "is an http or https URL: %s",
    (url) => {
      expect(refusalOf(pipeline(url))).toContain(`field "${field}": expected an http or https URL`);
    },
  );

  it.each(SERVICES)("leads to a service: %s", (url) => {
    expect(refusalOf(pipeline(url))).toBeNull();
  });
});

describe("an API key", () => {
  const withKey = (url: string, more = ""): string =>
    PLACES["index.urls.0"]?.(url, `, api_key: {env: SOME_KEY${more}}`) ?? "";

  it.each(["http://es.example:9200", "http://10.0.0.1", "http://localhost.example", "http://0.0.0.0:9200"])(
    "does not go over plain http to another machine, unless that is said: %s",
    (url) => {
      expect(refusalOf(withKey(url))).toContain("expected an https URL, or one of this machine");
      expect(refusalOf(withKey(url, ", plain_http: true"))).toBeNull();
    },
  );

  it.each([
    "https://es.example",
    "http://127.0.0.2:9200",
    "http://localhost:9200",
    "http://[::1]",
    "http://2130706433",
  ])("goes by https, or stays on this machine: %s", (url) => {
    expect(refusalOf(withKey(url))).toBeNull();
  });
});
