/** What the events of these names must count; others may come beside them. */
const NAMES = [
  "git_push",
  "git_web_commit",
  "git_push_rejected",
  "git_ref_update",
  "git_fetch",
  "graphql_query",
  "graphql_mutation",
  "rest_request",
  "rails_request",
] as const;

/** The seven user actions in fixtures/local, each with its only counts above zero. */
export const SCENARIOS: Readonly<Record<string, Readonly<Partial<Record<(typeof NAMES)[number], number>>>>> = {
  http_push: { git_push: 1, git_ref_update: 1 },
  ssh_push: { git_push: 1, git_ref_update: 1 },
  ssh_push_gitlab_13_4: { git_push: 1, git_ref_update: 1 },
  ssh_push_rejected: { git_push_rejected: 1 },
  web_commit: { git_web_commit: 1, git_ref_update: 1, rails_request: 1 },
  http_clone_v2: { git_fetch: 1 },
  graphql_multiplex: { graphql_query: 1, graphql_mutation: 1 },
};

/** A whole row of the table, zeros too, from some of it or from what was counted. */
export function tableRow(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(NAMES.map((name) => [name, counts[name] ?? 0]));
}

/** The sum over all scenarios. */
export function sumOfScenarios(): Record<string, number> {
  const rows = Object.values(SCENARIOS).map(tableRow);
  return Object.fromEntries(NAMES.map((name) => [name, rows.reduce((sum, row) => sum + (row[name] ?? 0), 0)]));
}
