/**
 * Goal: what is served is the page and nothing else, whatever path is asked for.
 * Method: paths, and the files that stand at them.
 */
import { expect, it } from "vitest";
import { openPageFiles } from "../../src/cli/explore/page-files.ts";

const fileAt = openPageFiles();

it.each([
  "/page/../server/route.ts",
  "/page/%2e%2e/server/route.ts",
  "/page/..%2fserver%2froute.ts",
  "/page//etc/x.ts",
  "/page/view.ts/x.ts",
  "/page/tsconfig.json",
  `/page/${"x".repeat(300)}.ts`,
  "/lib/lit-html/../lit/x.js",
  "/lib/lit-html/LICENSE/x.js",
  "/lib/elsewhere/x.js",
  "/lib/constructor/x.js",
  "/lib/__proto__/x.js",
  "/elsewhere",
])("has nothing at %s", async (path) => {
  expect(await fileAt(path)).toBeNull();
});

it("gives each content a tag of its own", async () => {
  const paths = [
    "/",
    "/live",
    "/logs",
    "/counts",
    "/archive",
    "/page/main",
    "/page/page.css",
    "/lib/lit-html/lit-html.js",
  ];
  const files = await Promise.all(paths.map(fileAt));
  const tags = files.map((file) => file?.tag);
  expect(new Set(tags).size).toBe(new Set(files.map((file) => String(file?.content))).size);
});
