/**
 * Goal: what a hostile line holds neither fills nor moves the terminal, and JSON keeps values as they are up to a limit.
 * Method: one explained line with changes, whole texts.
 */
import { describe, expect, it } from "vitest";
import { explainJson } from "../../src/cli/catalogue/explain-json.ts";
import { explainText } from "../../src/cli/catalogue/explain-text.ts";
import type { ExplainedLine } from "../../src/cli/catalogue/explained-line.ts";
import { QUARANTINE_REASONS } from "../../src/core/fault.ts";
import type { Line } from "../../src/core/line.ts";
import type { Dimensions } from "../../src/derive/dimensions.ts";
import type { Finding } from "../../src/derive/explainer.ts";
import { sampleLine } from "../segment/sample-line.ts";

const NOWHERE: Dimensions = {
  instance: null,
  plan: null,
  group: null,
  project: null,
  category: null,
  ownsGroup: false,
  user: null,
  visitor: null,
};

const DOCUMENT = { index: null, source: '{"n":12345678901234567890}', masked: [] };

function explained(values: readonly unknown[], line: Partial<Line> = {}): ExplainedLine {
  const failed = values.map(
    (value): Finding => ({ field: "a", value: value === null ? null : JSON.stringify(value), wanted: "1" }),
  );
  const miss = { event: "e", rule: 1, ruleCount: 1, isNear: true, heldCount: 1, failed, unless: null, refines: null };
  return {
    number: 1,
    line: sampleLine("{}", line),
    dimensions: NOWHERE,
    explanation: { hasRules: true, events: [], nearMisses: [miss] },
    document: DOCUMENT,
    showsDocument: false,
  };
}

const rowOf = (value: unknown) => explainText(explained([value]), 120).split("\n")[2];

describe("the text", () => {
  it("shows values as JSON, and absent ones as such", () => {
    expect(rowOf("x")).toBe('  near miss  e  rule: a is "x", wanted 1');
    expect(rowOf([1.5, null])).toBe("  near miss  e  rule: a is [1.5,null], wanted 1");
    expect(rowOf(null)).toBe("  near miss  e  rule: a is absent, wanted 1");
  });

  it("cuts a long value in the middle", () => {
    const row = rowOf(`${"a".repeat(500)}${"z".repeat(500)}`);
    expect(row).toBe(`  near miss  e  rule: a is "${"a".repeat(29)}…${"z".repeat(28)}", wanted 1`);
    expect(rowOf("😀".repeat(100))).toMatch(/^[^\ud800-\udfff\ufffd]*is "(?:😀){14}\ufffd?…/u);
  });

  it("shows nothing that a terminal would obey", () => {
    const nasty = "\u001b[2J\u009b31m\u202e\u2028\u200b\u{e0041}\r\n";
    const { line, ...rest } = explained([nasty], {
      message: { topic: "", messageId: nasty, publishedAtMs: null, attributes: {} },
    });
    const dimensions = { ...NOWHERE, plan: nasty, visitor: `ip:${nasty}\n${nasty}` };
    const event = { event: "e", operation: "read" as const, detail: nasty, rule: 1, ruleCount: 1, conditions: [] };
    const explanation = { ...rest.explanation, events: [event] };
    const text = explainText({ ...rest, line, dimensions, explanation }, 120);
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(text.split("\n")).toHaveLength(5);
    expect(text).toContain(
      String.raw`read  "\u001b[2J\u009b31m\u202e\u2028\u200b\udb40\udc41\r\n"  rule: no conditions`,
    );
    expect(text).toContain(String.raw`a is "\u001b[2J\u009b31m\u202e\u2028\u200b\udb40\udc41\r\n", wanted 1`);
  });

  it.each([90, 120])("breaks lines of %i columns between conditions only", (width) => {
    const text = explainText(explained(Array.from({ length: 9 }, (_, at) => "v".repeat(4 * at))), width);
    const rows = text.split("\n").slice(2, -1);
    expect(rows.length).toBeGreaterThan(1);
    expect(rows.every((row) => row.length <= width)).toBe(true);
    expect(rows.slice(1).every((row) => row.startsWith(`${" ".repeat(15)}a is`))).toBe(true);
    expect(text.match(/;/g)).toHaveLength(8);
  });

  it.each(QUARANTINE_REASONS)("says what %s means, and names no rules", (reason) => {
    const line = sampleLine("x", { reason, lane: "quarantine", timeMs: null });
    const explanation = { hasRules: false, events: [], nearMisses: [] };
    const [head, why, ...rest] = explainText(
      { number: 7, line, dimensions: null, explanation, document: DOCUMENT, showsDocument: false },
      120,
    ).split("\n");
    expect(head).toMatch(/^line 7 {2}rails\.api {2}no time {2}id 00000000[0-9a-f]{24} by place {2}lane quarantine$/);
    expect(why).toMatch(new RegExp(`^  quarantined, so without events: ${reason}, \\w`));
    expect(rest).toEqual([""]);
  });
});

describe("the document", () => {
  const masked = [
    { kind: "gitlab_token", count: 1 },
    { kind: "password", count: 3 },
  ];

  it("is shown where it is asked for, with its index", () => {
    const document = { index: "logtally.logs-sidekiq-outside", source: '{"a":{"b":[1]}}', masked: [] };
    const shown = { ...explained([]), document, showsDocument: true };
    const text = explainText(shown, 120);
    expect(text.slice(text.indexOf("  document"))).toBe(
      '  document in logtally.logs-sidekiq-outside:\n  {\n    "a": {\n      "b": [\n        1\n      ]\n    }\n  }\n',
    );
    expect(explainText({ ...shown, showsDocument: false }, 120)).not.toContain("document");
  });

  it("says what is masked in it, whether it is shown or not", () => {
    const text = explainText({ ...explained([]), document: { ...DOCUMENT, masked } }, 120);
    expect(text).toContain("\n  masked in the index: gitlab_token, password (3)\n");
  });

  it("stands in the JSON with all its digits", () => {
    const text = explainJson({ ...explained([]), document: { ...DOCUMENT, index: "i", masked } });
    expect(text).toContain(',"document":{"n":12345678901234567890}}\n');
    expect(JSON.parse(text)).toMatchObject({ line: 1, index: "i", redactions: masked });
  });
});

describe("the JSON", () => {
  const valuesOf = (values: readonly unknown[]) => {
    const json = JSON.parse(explainJson(explained(values))) as { near_misses: { failed: { value: unknown }[] }[] };
    return json.near_misses[0]?.failed.map(({ value }) => value);
  };

  it("holds values as the line does, and as JSON text what is neither text, boolean nor exact number", () => {
    expect(valuesOf(["x", 200, true, null, [1], { a: "b" }])).toEqual(["x", 200, true, null, "[1]", '{"a":"b"}']);
    const { explanation, ...rest } = explained([]);
    const failed = ["200.0", "12345678901234567890"].map((value) => ({ field: "a", value, wanted: "1" }));
    const nearMisses = explanation.nearMisses.map((miss) => ({ ...miss, failed }));
    const text = explainJson({ ...rest, explanation: { ...explanation, nearMisses } });
    expect(text).toContain('"value":"200.0"');
    expect(text).toContain('"value":"12345678901234567890"');
  });

  it("cuts values at 1,000 characters", () => {
    expect(valuesOf(["x".repeat(1000), "x".repeat(1001)])).toEqual(["x".repeat(1000), `${"x".repeat(999)}…`]);
  });
});
