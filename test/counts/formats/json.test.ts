import { describe, expect, test } from "vitest";
import { countsJson } from "../../../src/counts/formats/json.ts";
import { row } from "../sample-rows.ts";
import { HEADER } from "./sample-header.ts";

describe("json", () => {
  test("is the documented shape", () => {
    expect(countsJson(HEADER, [row()], null)).toMatchInlineSnapshot(`
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
    const header = { ...HEADER, instance: null, pseudonymKey: null, sealedThrough: null };
    expect(JSON.parse(countsJson(header, [], null))).toMatchObject({
      instance: null,
      pseudonym_key: null,
      sealed_through: null,
      rows: [],
    });
  });
});
