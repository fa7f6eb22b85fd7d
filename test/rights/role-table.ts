import type { Needed } from "./needed.ts";

/** What somebody is given: a right on a name, in which `*` stands for anything. */
export interface Grant {
  readonly duty: string;
  readonly right: string;
  readonly on: string;
  /** Why no duty of the test uses it; empty where one has to. */
  readonly untried: string;
}

const words = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word);

/** The rows of the table of a page whose first line is that, each as its cells. */
export function rowsOf(page: string, header: string): string[][] {
  const lines = page.split("\n");
  const rows: string[][] = [];
  const first = lines.indexOf(header);
  if (first === -1) throw new Error(`the page has no table "${header}"`);
  for (let at = first + 2; lines[at]?.startsWith("|") === true; at += 1) {
    rows.push(
      (lines[at] ?? "")
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  }
  return rows;
}

/** Rows of duty, permissions, names, and why it is not tried. */
export function googleGrants(page: string): Grant[] {
  return rowsOf(page, "| duty | permissions | on | not tried, since |").flatMap(
    ([duty = "", rights = "", on = "", untried = ""]) =>
      words(rights).flatMap((right) => words(on).map((name) => ({ duty, right, on: name, untried }))),
  );
}

/** Rows of role, duty, privileges on the cluster, and privileges on indices; the prefix of these in the place of `logtally`. */
export function clusterGrants(page: string, prefix: string): Grant[] {
  const rows = rowsOf(page, "| role | for | cluster privileges | index privileges |");
  return rows.flatMap(([role = "", , cluster = "", indices = ""]) => {
    const duty = words(role)[0]?.replace("logtally-", "") ?? "";
    const onCluster = words(cluster).map((right) => ({ duty, right, on: "cluster", untried: "" }));
    const onIndices = indices.split(";").flatMap((group) => {
      const [privileges = "", names = ""] = group.split(" on ");
      const named = words(names).map((name) => name.replace(/^logtally\./, `${prefix}.`));
      return words(privileges).flatMap((right) => named.map((name) => ({ duty, right, on: name, untried: "" })));
    });
    return [...onCluster, ...onIndices];
  });
}

/** Privileges that contain others. */
const CONTAINED: Readonly<Record<string, readonly string[]>> = {
  manage_ilm: ["read_ilm"],
  index: ["create_doc"],
  manage: ["monitor"],
};

function covers(grant: Grant, { right, on }: Needed): boolean {
  const isRight = grant.right === right || CONTAINED[grant.right]?.includes(right) === true;
  const pattern = grant.on.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return isRight && new RegExp(`^${pattern.join(".*")}$`).test(on);
}

/** What a duty needs and is not given, and what it is given and does not need; each once, in order. */
export function differences(
  granted: readonly Grant[],
  needed: readonly Needed[],
): { beyond: string[]; unused: string[] } {
  const beyond = needed.filter((each) => !granted.some((grant) => covers(grant, each)));
  const unused = granted
    .filter(({ untried }) => untried === "")
    .filter((grant) => !needed.some((each) => covers(grant, each)));
  const texts = (all: readonly Needed[]): string[] =>
    [...new Set(all.map(({ right, on }) => `${right} on ${on}`))].toSorted();
  return { beyond: texts(beyond), unused: texts(unused) };
}
