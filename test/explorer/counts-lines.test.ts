/**
 * Goal: a number leads to the lines that it counts and to no others, or it is said why to more.
 * Method: rows by hand and the standard catalogue, and the conditions of the search that is made of them.
 */
import { describe, expect, it } from "vitest";
import { detailTemplates } from "../../src/cli/explore/counts/detail-templates.ts";
import type { CountRow } from "../../src/counts/cube.ts";
import { parseCatalogue } from "../../src/derive/catalogue.ts";
import { parseTemplate, type TemplatePart } from "../../src/derive/template.ts";
import { countedLines, keysOf } from "../../src/explorer/page/counts/counted-lines.ts";

const [FROM, TO] = ["2020-12-16T00:00:00Z", "2020-12-23T00:00:00Z"];

function row(segment: CountRow["segment"], key: string | null, more: Partial<CountRow> = {}): CountRow {
  const usual = { period: "7d", from: FROM, to: TO, count: 1, unique_users: 0, sessions: null, sealed: true } as const;
  return { event: "git_push", segment, key, ...usual, ...more };
}

/** What narrows the search beyond the event and its span; or why nothing does. */
function narrowed(segment: CountRow["segment"], key: string | null, template = "", keys = 2): unknown {
  const parts: readonly TemplatePart[] = parseTemplate(template) ?? [];
  const { conditions, because } = countedLines(row(segment, key), keys, { git_push: parts });
  const { since, until, event, ...others } = conditions;
  expect([since, until, event]).toEqual([FROM, TO, "git_push"]);
  if (because !== null) expect(others).toEqual({});
  return because ?? others;
}

describe("the lines of a number", () => {
  it("are asked for by what the key is made of", () => {
    expect(narrowed("group", "acme")).toEqual({ group: "acme" });
    expect(narrowed("project", "acme/web")).toEqual({ project: "acme/web" });
    expect(narrowed("plan", "silver")).toEqual({ field: ["meta.subscription_plan=silver"] });
    expect(narrowed("category", "source=code")).toEqual({ field: ["meta.feature_category=source=code"] });
    expect(narrowed("detail", "Projects::BlobController#show", "{controller}#{action}")).toEqual({
      field: ["controller=Projects::BlobController", "action=show"],
    });
    expect(narrowed("detail", "GET /api/:version/user", "{method} {route}")).toEqual({
      field: ["method=GET", "route=/api/:version/user"],
    });
    expect(narrowed("detail", "<x>", "<{class}>")).toEqual({ field: ["class=x"] });
  });

  it("are all of an event that has no other key over the span", () => {
    for (const segment of ["instance", "user", "operation", "plan"] as const) {
      expect(narrowed(segment, "(unknown)", "", 1)).toEqual({});
    }
    expect(narrowed("user", null, "", 1)).toEqual({});
    const first = row("plan", "silver");
    const rows = [first, row("plan", "gold"), row("plan", "gold", { event: "login" }), row("plan", "x", { to: FROM })];
    expect(rows.map(keysOf(rows))).toEqual([2, 2, 1, 1]);
  });

  it("are more where no condition says it, and it is said why", () => {
    const why = expect.stringMatching(/./);
    for (const segment of ["instance", "user", "session", "operation", "detail"] as const) {
      expect(narrowed(segment, "read")).toEqual(why);
    }
    for (const key of ["(unknown)", "(personal)", "", null]) {
      for (const segment of ["group", "project", "plan", "category"] as const)
        expect(narrowed(segment, key)).toEqual(why);
    }
    // A condition on a field is met by JSON as well, which counts as no text.
    for (const key of ['"silver"', "{}", "[1]", "-1.5", "true", "null"]) expect(narrowed("plan", key)).toEqual(why);
    expect(narrowed("plan", "truest")).toEqual({ field: ["meta.subscription_plan=truest"] });
    // Which part is which.
    expect(narrowed("detail", "a#b#c", "{controller}#{action}")).toEqual(why);
    expect(narrowed("detail", "ab", "{controller}{action}")).toEqual(why);
    expect(narrowed("detail", "ab", "{controller}#{action}")).toEqual(why);
    expect(narrowed("detail", "b", "a{controller}")).toEqual(why);
    expect(narrowed("detail", "ab-", "{controller}b")).toEqual(why);
  });
});

describe("what details are made of", () => {
  it("is known of events that have one template of fields of lines", () => {
    const text = `
version: 1
events:
  page: { log: rails.production, when: { action: show }, detail: "{controller}#{action}" }
  shown: { refines: page, when: { status: 200 }, detail: "{refined.detail}" }
  twice: { log: shell, any: [{ when: { a: 1 }, detail: "{a}" }, { when: { b: 1 }, detail: "{b}" }] }
  same: { log: shell, detail: "{a}", any: [{ when: { a: 1 } }, { when: { b: 1 } }] }
  either: { refines: [page, same], detail: "{refined.detail}" }
  question: { log: rails.graphql, when: { a: 1 }, detail: "{graphql.name}" }
  fixed: { log: shell, when: { c: 1 }, detail: ssh }
  none: { log: shell, when: { d: 1 } }
`;
    const page = [{ field: "controller" }, { text: "#" }, { field: "action" }];
    expect(detailTemplates(parseCatalogue({ text, file: "team.yaml" }, null))).toEqual({
      page,
      shown: page,
      same: [{ field: "a" }],
    });
  });
});
