/**
 * Goal: the bill of materials names every package that the published one needs, with version, licence and hash, and
 * nothing else, in a form that scanners read.
 * Method: `npm run sbom` against the lock file; the main fields against CycloneDX 1.5.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { CHECKOUT, readDeclared, readLock } from "./lock.ts";

const MOST_BYTES = 16 * 1024 * 1024;

interface Component {
  readonly "bom-ref": string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses?: readonly { readonly license?: { readonly id: string }; readonly expression?: string }[];
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}

interface Bom {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly serialNumber: string;
  readonly version: number;
  readonly metadata: { readonly timestamp: string; readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

async function readBom(): Promise<Bom> {
  const { stdout } = await promisify(execFile)("npm", ["run", "--silent", "sbom"], {
    cwd: CHECKOUT,
    maxBuffer: MOST_BYTES,
  });
  return JSON.parse(stdout) as Bom;
}

/** What is said of the licence. */
function licenseOf({ licenses }: Component): string | undefined {
  return licenses?.[0]?.license?.id ?? licenses?.[0]?.expression;
}

it("the bill of materials has the packages of the lock file that are published, each with its licence", async () => {
  const bom = await readBom();
  const { name, version } = readDeclared();
  expect(bom).toMatchObject({ bomFormat: "CycloneDX", version: 1 });
  expect(bom.specVersion).toMatch(/^1\.[5-9]$/);
  expect(bom.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(Date.parse(bom.metadata.timestamp)).not.toBeNaN();
  const purl = `pkg:npm/${name}@${version}`;
  expect(bom.metadata.component).toMatchObject({ type: "application", name, version, purl });
  expect(licenseOf(bom.metadata.component)).toBe("MIT");

  const needed = readLock().filter(({ isDev }) => !isDev);
  const lines = needed.map((each) => `${each.name}@${each.version} ${each.license}`);
  expect(bom.components.map((each) => `${each.name}@${each.version} ${licenseOf(each)}`).toSorted()).toEqual(
    lines.toSorted(),
  );
  for (const { purl: place, hashes, name: named, version: at } of bom.components) {
    expect(decodeURIComponent(place)).toBe(`pkg:npm/${named}@${at}`);
    expect(hashes).toEqual([{ alg: "SHA-512", content: expect.stringMatching(/^[0-9a-f]{128}$/) as string }]);
  }

  const refs = [bom.metadata.component, ...bom.components].map((each) => each["bom-ref"]);
  expect(new Set(refs).size).toBe(refs.length);
  expect(bom.dependencies.map(({ ref }) => ref).toSorted()).toEqual(refs.toSorted());
  const reached = new Set(bom.dependencies.flatMap(({ dependsOn }) => dependsOn));
  expect(bom.components.filter((each) => !reached.has(each["bom-ref"]))).toEqual([]);
});
