/**
 * Goal: a right too many and a right too few are both seen, and so is a request of which nobody has said what it needs.
 * Method: small tables and requests.
 */
import { describe, expect, it } from "vitest";
import { clusterNeeds, pubsubNeeds, storageNeeds } from "./needed.ts";
import { clusterGrants, differences, googleGrants } from "./role-table.ts";

const GOOGLE = `# Page

| duty | permissions | on | not tried, since |
|---|---|---|---|
| worker | \`a.create\` | \`wal/*\`, \`ctl/x\` | |
| worker | \`a.get\`, \`a.list\` | \`bucket\` | nobody asks |

| other | table |
`;
const CLUSTER = `| role | for | cluster privileges | index privileges |
|---|---|---|---|
| \`logtally-worker\` | run | none | \`index\` on \`logtally.logs-*\` |
`;
const asked = (method: string, path: string, body = "") => ({ method, path, query: {}, body });

describe("the tables", () => {
  it("say who may do what with which names", () => {
    expect(googleGrants(GOOGLE).map(({ duty, right, on, untried }) => [duty, right, on, untried])).toEqual([
      ["worker", "a.create", "wal/*", ""],
      ["worker", "a.create", "ctl/x", ""],
      ["worker", "a.get", "bucket", "nobody asks"],
      ["worker", "a.list", "bucket", "nobody asks"],
    ]);
    expect(clusterGrants(CLUSTER, "p")).toEqual([{ duty: "worker", right: "index", on: "p.logs-*", untried: "" }]);
    expect(() => googleGrants("# Page\n")).toThrow("no table");
  });

  it("are held against what is needed, both ways", () => {
    const granted = googleGrants(GOOGLE);
    const need = (right: string, on: string) => ({ right, on });
    expect(differences(granted, [need("a.create", "wal/1"), need("a.create", "ctl/x")])).toEqual({
      beyond: [],
      unused: [],
    });
    expect(differences(granted, [need("a.create", "vault/wal/1"), need("a.delete", "wal/1")])).toEqual({
      beyond: ["a.create on vault/wal/1", "a.delete on wal/1"],
      unused: ["a.create on ctl/x", "a.create on wal/*"],
    });
    expect(differences(clusterGrants(CLUSTER, "p"), [need("create_doc", "p.logs-a")])).toEqual({
      beyond: [],
      unused: [],
    });
    expect(differences(clusterGrants(CLUSTER, "p"), [need("create_doc", "pxlogs-a")]).beyond).toHaveLength(1);
  });
});

describe("a request", () => {
  it("that replaces an object needs the right to delete, too", () => {
    const upload = asked("POST", "/upload/storage/v1/b/b/o", '{"name":"wal/a"}');
    const create = { right: "storage.objects.create", on: "wal/a" };
    expect(storageNeeds({ ...upload, query: { ifGenerationMatch: "0" } })).toEqual([create]);
    expect(storageNeeds(upload)).toEqual([create, { right: "storage.objects.delete", on: "wal/a" }]);
  });

  it("for documents needs the right to make an index where that is new", () => {
    const made = new Set<string>();
    const bulk = asked(
      "POST",
      "/_bulk",
      '{"create":{"_index":"i","_id":"1"}}\n{}\n{"delete":{"_index":"j","_id":"1"}}\n',
    );
    expect(clusterNeeds(bulk, made).map(({ right }) => right)).toEqual(["create_doc", "auto_configure", "delete"]);
    expect(clusterNeeds(bulk, made).map(({ right }) => right)).toEqual(["create_doc", "delete"]);
  });

  it("of a kind that nobody has thought of is none that may pass unseen", () => {
    expect(() => storageNeeds(asked("POST", "/storage/v1/b/b/o/a/copyTo/b/b/o/c"))).toThrow("no permission is known");
    expect(() => pubsubNeeds({ method: "DeleteSubscription", on: "", body: "" })).toThrow("no permission is known");
    for (const path of ["/_snapshot/a", "/i/_delete_by_query", "/_cluster/settings"]) {
      expect(() => clusterNeeds(asked("POST", path), new Set())).toThrow("no privilege is known");
    }
  });
});
