import { describe, expect, test } from "vitest";
import { countsJson } from "../../../src/counts/formats/json.ts";
import { row } from "../sample-rows.ts";

describe("json", () => {
  test("is the documented shape", () => {
    const header = {
      asOf: "2020-12-24",
      asOfDigest: null,
      deployment: "saas",
      instance: "gprd",
      level: "aggregate",
      widened: [],
      catalogue: "sha256:abc",
      pseudonymKey: "0123abcd",
      sealedThrough: "2020-12-23T22:00:00Z",
    } as const;
    expect(countsJson(header, [row()], null)).toMatchInlineSnapshot(`
      "{
        "as_of": "2020-12-24",
        "as_of_digest": null,
        "deployment": "saas",
        "instance": "gprd",
        "level": "aggregate",
        "widened": [],
        "catalogue": "sha256:abc",
        "pseudonym_key": "0123abcd",
        "sealed_through": "2020-12-23T22:00:00Z",
        "rows": [
          {
            "event": "git_push",
            "segment": "plan",
            "key": "gold",
            "period": "7d",
            "from": "2020-12-17T00:00:00Z",
            "to": "2020-12-24T00:00:00Z",
            "count": 12,
            "unique_users": 3,
            "sessions": null,
            "sealed": false
          }
        ]
      }
      "
    `);
  });

  test("says null for several instances and for no key, and an empty list for no rows", () => {
    const header = {
      asOf: "2020-12-24",
      asOfDigest: null,
      deployment: "self_managed",
      instance: null,
      level: "aggregate",
      widened: [],
      catalogue: "sha256:abc",
      pseudonymKey: null,
      sealedThrough: null,
    } as const;
    expect(JSON.parse(countsJson(header, [], null))).toMatchObject({
      instance: null,
      pseudonym_key: null,
      sealed_through: null,
      rows: [],
    });
  });
});
