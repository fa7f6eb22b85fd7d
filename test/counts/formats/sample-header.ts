import type { CountsHeader } from "../../../src/counts/formats/counts-header.ts";

export const HEADER: CountsHeader = {
  asOf: "2020-12-24",
  asOfDigest: null,
  deployment: "saas",
  instance: "gprd",
  level: "aggregate",
  widened: [],
  catalogue: "sha256:abc",
  pseudonymKey: "0123abcd",
  sealedThrough: "2020-12-23T22:00:00Z",
};
