/**
 * Goal: nobody asks a format for what it cannot answer without being told so, in one line, with what to do.
 * Method: options as somebody gives them, each that has no meaning, and those that have.
 */
import { describe, expect, it } from "vitest";
import { askedCounts, type CountsOptions, checkFormatOptions } from "../../src/cli/counts/asked-options.ts";
import { UsageError } from "../../src/core/fault.ts";

const DEFAULTS: CountsOptions = { by: "instance", level: "aggregate", days: 28, sessions: true, format: "table" };

describe("refused are", () => {
  it.each([
    ["service-ping", "by"],
    ["service-ping", "event"],
    ["service-ping", "period"],
    ["service-ping", "days"],
    ["service-ping", "level"],
    ["prometheus", "days"],
  ] as const)("with %s: --%s", (format, option) => {
    const check = () => checkFormatOptions({ ...DEFAULTS, format }, [option, "format"], false);
    expect(check).toThrow(UsageError);
    expect(check).toThrow(
      new RegExp(`^print counts as ${format}: --${option} has no meaning there \\(hint: [^()]+\\)$`),
    );
  });

  it("days as series of Prometheus, whatever stands beside them", () => {
    const options: CountsOptions = { ...DEFAULTS, format: "prometheus", period: ["7d", "daily"] };
    expect(() => checkFormatOptions(options, ["format", "period"], false)).toThrow("--period daily");
  });

  it.each(["user", "session"] as const)("a series of each %s", (by) => {
    const options: CountsOptions = { ...DEFAULTS, by, level: "identifiable", format: "prometheus" };
    expect(() => checkFormatOptions(options, ["by", "level", "format"], false)).toThrow("--level aggregate");
  });

  it("sessions without sessions", () => {
    const options: CountsOptions = { ...DEFAULTS, by: "session", level: "identifiable", sessions: false };
    expect(() => checkFormatOptions(options, ["by", "level", "sessions"], false)).toThrow("--no-sessions");
  });

  it("bytes on a terminal", () => {
    const options: CountsOptions = { ...DEFAULTS, format: "parquet" };
    expect(() => checkFormatOptions(options, ["format"], true)).toThrow("(hint: > counts.parquet)");
    expect(() => checkFormatOptions(options, ["format"], false)).not.toThrow();
  });

  it.each(["csv", "parquet", "prometheus", "service-ping"] as const)("evidence as %s", (format) => {
    const options: CountsOptions = { ...DEFAULTS, format, evidence: true };
    expect(() => checkFormatOptions(options, ["evidence"], false)).toThrow("(hint: --format json)");
  });
});

describe("allowed is", () => {
  it.each(["table", "json", "csv", "prometheus", "service-ping"] as const)("what nobody gave, with %s", (format) => {
    expect(() =>
      checkFormatOptions({ ...DEFAULTS, format }, ["format", "asOf", "asOfDigest", "archive"], true),
    ).not.toThrow();
  });

  it("evidence as table and as JSON", () => {
    for (const format of ["table", "json"] as const) {
      expect(() => checkFormatOptions({ ...DEFAULTS, format, evidence: true }, ["evidence"], true)).not.toThrow();
    }
  });
});

describe("asked for are", () => {
  it("all periods but days for Prometheus, where none is given", () => {
    expect(askedCounts({ ...DEFAULTS, format: "prometheus" }).periods).toEqual(["all", "28d", "7d"]);
    expect(askedCounts({ ...DEFAULTS, format: "prometheus", period: ["7d"] }).periods).toEqual(["7d"]);
    expect(askedCounts(DEFAULTS).periods).toEqual(["all", "28d", "7d", "daily"]);
  });

  it("totals of certain events for Service Ping", () => {
    expect(askedCounts({ ...DEFAULTS, format: "service-ping" })).toEqual({
      by: "user",
      level: "aggregate",
      events: ["git_ref_update", "git_fetch", "git_push"],
      periods: ["all", "7d", "28d"],
      days: 1,
      withSessions: false,
    });
  });
});
