/**
 * Goal: the packages that are installed are few, exactly the ones that were looked at, free to use, and run nothing at
 * their installation but what is named.
 * Method: every package of the lock file, against rules that stand here, in `package.json` and in the decision.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CHECKOUT, type LockedPackage, readDeclared, readLock } from "./lock.ts";

/** Ask for nothing but that their text goes along. */
const FREE = ["MIT", "ISC", "0BSD", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0"];

/** Each with its reason. Only what is not published may have one. */
const EXCEPTIONS: readonly { readonly name: RegExp; readonly license: string; readonly why: string }[] = [
  { name: /^axe-core$/, license: "MPL-2.0", why: "tests hold the page against it; it is neither changed nor shipped" },
  {
    name: /^lightningcss(?:-|$)/,
    license: "MPL-2.0",
    why: "of vite, which runs the tests; neither changed nor shipped",
  },
];

const DECISION = join(CHECKOUT, "docs/decisions/0029-package-and-formats.md");
const locked = readLock();
const declared = readDeclared();

/** An expression of licences is free where one of its alternatives is. */
function isFree({ name, license = "", isDev }: LockedPackage): boolean {
  const alternatives = license.replace(/[()]/g, "").split(" OR ");
  if (alternatives.some((each) => FREE.includes(each))) return true;
  return isDev && EXCEPTIONS.some((each) => each.name.test(name) && each.license === license);
}

it("every package is known by a hash of its bytes", () => {
  expect(locked.length).toBeGreaterThan(50);
  expect(locked.filter(({ integrity = "" }) => !/^sha512-[\w+/]{86}==$/.test(integrity))).toEqual([]);
});

it("every package has a licence that is allowed, and no exception is left over", () => {
  expect(locked.filter((each) => !isFree(each)).map(({ name, license }) => `${name}: ${license}`)).toEqual([]);
  expect(EXCEPTIONS.filter(({ name }) => !locked.some((each) => name.test(each.name)))).toEqual([]);
});

it("install scripts have those packages alone that are named, and they run for one of them", () => {
  const withScripts = locked.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name);
  expect(withScripts.toSorted()).toEqual(Object.keys(declared.allowScripts).toSorted());
  expect(Object.keys(declared.allowScripts).filter((name) => declared.allowScripts[name] === true)).toEqual(["node"]);
  // So that npm fails on a new one, and does not run it with a notice.
  expect(readFileSync(join(CHECKOUT, ".npmrc"), "utf8")).toMatch(/^strict-allow-scripts=true$/m);
});

it("nothing that is published has an install script that runs", () => {
  const published = locked.filter(({ isDev, hasInstallScript }) => !isDev && hasInstallScript);
  expect(published.filter(({ name }) => declared.allowScripts[name] !== false)).toEqual([]);
});

it("what the program imports is pinned to one version, the one of the lock file", () => {
  const versions = Object.fromEntries(
    Object.keys(declared.dependencies).map((name) => [
      name,
      locked.find(({ place }) => place === `node_modules/${name}`)?.version,
    ]),
  );
  expect(declared.dependencies).toEqual(versions);
});

it("there are no more packages at run time than was decided", () => {
  const text = readFileSync(DECISION, "utf8").replaceAll("\n", " ");
  const [, direct, all] = /at most (\d+) packages that it names, and (\d+) with all that these need/.exec(text) ?? [];
  expect(Object.keys(declared.dependencies).length).toBeLessThanOrEqual(Number(direct));
  expect(new Set(locked.filter(({ isDev }) => !isDev).map(({ name }) => name)).size).toBeLessThanOrEqual(Number(all));
});
