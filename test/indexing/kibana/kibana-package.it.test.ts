/**
 * Goal: what is shipped for Kibana has the structure that Elastic asks of packages, and no reference leads nowhere.
 * Method: Elastic's own validator (package-spec, pinned in go.mod) on a package that is written from the shipped objects,
 * without any check left out; each kind of fault is first seen to be told.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DEFAULT_KEEP_DAYS, kibanaObjects } from "../../../src/indexing/kibana/kibana-objects.ts";
import { DEFAULT_NAMING, type SavedObject } from "../../../src/indexing/kibana/saved-object.ts";
import { tempFolder } from "../../backends/temp-folder.ts";
import { buildPackageSpec } from "../../servers/package-spec.ts";
import { KIBANA_TEXTS } from "./kibana-files.ts";

const spec = await buildPackageSpec();
const OBJECTS = kibanaObjects(KIBANA_TEXTS, DEFAULT_NAMING, DEFAULT_KEEP_DAYS);
const GIT = "logtally-dashboard-git";

const MANIFEST = `format_version: 3.5.0
name: logtally
title: logtally
description: Dashboards of GitLab's system logs
version: 0.1.0
type: integration
categories: [observability]
conditions:
  kibana:
    version: "^8.11.0 || ^9.0.0"
owner:
  github: logtally/logtally
  type: community
`;

const CHANGELOG = `- version: 0.1.0
  changes:
    - description: Dashboards
      type: enhancement
      link: https://github.com/logtally/logtally/pull/1
`;

/** What the validator says of these objects. */
async function problemsOf(objects: readonly SavedObject[]): Promise<string> {
  const folder = join(await tempFolder(), "logtally");
  await mkdir(join(folder, "docs"), { recursive: true });
  await writeFile(join(folder, "manifest.yml"), MANIFEST);
  await writeFile(join(folder, "changelog.yml"), CHANGELOG);
  await writeFile(join(folder, "docs/README.md"), "# logtally\n");
  for (const object of objects) {
    const kind = join(folder, "kibana", object.type.replace("-", "_"));
    await mkdir(kind, { recursive: true });
    await writeFile(join(kind, `${object.id}.json`), JSON.stringify(object, null, 2));
  }
  return (await spec?.problemsOf(folder)) ?? "";
}

/** The shipped objects, with the attributes or references of one dashboard changed. */
function withGit(change: (dashboard: SavedObject) => SavedObject): readonly SavedObject[] {
  return OBJECTS.map((object) => (object.id === GIT ? change(object) : object));
}

// Without Go there is no validator; on CI that is a failure in test/servers/package-spec.ts.
describe.skipIf(spec === null)("the package of the shipped objects", () => {
  it("has nothing wrong with it", async () => {
    expect(await problemsOf(OBJECTS)).toBe("");
  });

  it("would be told of a reference that leads nowhere", async () => {
    expect(await problemsOf(OBJECTS.filter(({ id }) => id !== GIT))).toContain(`dangling reference found: ${GIT}`);
  });

  it("would be told of a panel without a query", async () => {
    const faulty = withGit((dashboard) => ({
      ...dashboard,
      attributes: {
        ...dashboard.attributes,
        panelsJSON: String(dashboard.attributes["panelsJSON"]).replace(
          /"query":"event\.action[^}]*?"git_fetch\\""/,
          '"query":""',
        ),
      },
    }));
    expect(await problemsOf(faulty)).toContain("at least one panel does not have a filter");
  });

  it("would be told of a panel that is no part of its dashboard", async () => {
    const search = { type: "search", id: "logtally-search-errors", name: "panel-1:panel" } as const;
    const faulty = withGit((dashboard) => ({ ...dashboard, references: [...dashboard.references, search] }));
    expect(await problemsOf(faulty)).toContain("references found in dashboard");
  });
});
