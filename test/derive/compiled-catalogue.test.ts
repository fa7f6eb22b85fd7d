/**
 * Goal: the standard catalogue that a start reads is the one that its text says, whatever happens to either.
 * Method: the kept one against the text, read; and texts that it was not made of.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadCatalogue } from "../../src/cli/settings.ts";
import { compiledText, readCompiled } from "../../src/derive/compiled-catalogue.ts";
import { STANDARD, STANDARD_TEXT } from "./standard-events.ts";

const KEPT = readFileSync(new URL("../../src/derive/standard-catalogue.json", import.meta.url), "utf8");

describe("the kept catalogue", () => {
  it("is up to date", () => {
    expect(KEPT, 'src/derive/standard-catalogue.json is out of date: run "npm run docs"').toBe(
      compiledText(STANDARD_TEXT, STANDARD),
    );
  });

  it("is what its text says", async () => {
    expect(readCompiled(KEPT, STANDARD_TEXT)).toStrictEqual(STANDARD);
    expect(await loadCatalogue(null)).toStrictEqual(STANDARD);
  });

  it.each([
    ["another line", `${STANDARD_TEXT}# a remark\n`],
    ["another value", STANDARD_TEXT.replace("status: 200", "status: 201")],
    ["nothing", ""],
  ])("is not used for a text with %s", (_what, text) => {
    expect(text).not.toBe(STANDARD_TEXT);
    expect(readCompiled(KEPT, text)).toBeNull();
  });
});
