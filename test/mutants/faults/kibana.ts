import type { Fault } from "../fault.ts";

const SETUP = "src/cli/open/kibana/kibana-setup.ts";
const STATE = "src/cli/open/kibana/kibana-state.ts";
const SETUP_TEST = "test/cli/kibana-setup.it.test.ts";
const SCHEMA = "src/config/kibana-schema.ts";
const KQL = "src/indexing/kibana/kql.ts";
const KQL_TEST = "test/indexing/kibana/kql.test.ts";
const COLUMNS = "src/indexing/kibana/lens-columns.ts";
const COLUMNS_TEST = "test/indexing/kibana/lens-columns.test.ts";
const OBJECT = "src/indexing/kibana/saved-object.ts";
const OBJECTS_TEST = "test/indexing/kibana/kibana-objects.test.ts";

/** Dashboards: what they ask, and how they come to Kibana. */
export const KIBANA_FAULTS: readonly Fault[] = [
  {
    name: "own-dashboard-overwritten",
    harm: "An update of logtally overwrites what somebody has built in Kibana.",
    breaks: "safety",
    file: SETUP,
    text: "changed.length > 0 && !overwritesChanged;",
    replacement: "changed.length > 99 && !overwritesChanged;",
    caughtBy: { file: SETUP_TEST, title: "overwrites it only when it is told to" },
  },
  {
    name: "changes-in-kibana-unseen",
    harm: "Nobody is told that an update overwrites what was changed.",
    breaks: "safety",
    file: STATE,
    text: "> importedAtMs + SAME_IMPORT_MS",
    replacement: "< importedAtMs - SAME_IMPORT_MS",
    caughtBy: { file: SETUP_TEST, title: "overwrites it only when it is told to" },
  },
  {
    name: "kibana-key-over-http",
    harm: "Everybody on the way to Kibana can read the key.",
    breaks: "privacy",
    file: SCHEMA,
    text: "api_key: kibana.api_key }).length > 0",
    replacement: "api_key: kibana.api_key }).length > 1",
    caughtBy: { file: SETUP_TEST, title: "by http on another machine gets no key" },
  },
  {
    name: "clauses-of-a-query-run-together",
    harm: "A panel shows other lines than its request asks for, as a not or an or reaches further than it should.",
    breaks: "service",
    file: KQL,
    text: "? `(${kql})` : kql;",
    replacement: "? kql : kql;",
    caughtBy: { file: KQL_TEST, title: "holds for the same documents" },
  },
  {
    name: "sorted-by-what-is-not-asked",
    harm: "A table of the worst callers is sorted by something else, and the worst of them is not in it.",
    breaks: "service",
    file: COLUMNS,
    text: 'column["filter"] === undefined) draft.count ??= id;',
    replacement: "true) draft.count ??= id;",
    caughtBy: { file: COLUMNS_TEST, title: "not by what a filter counts" },
  },
  {
    name: "ids-of-two-spaces-alike",
    harm: "Kibana renames the dashboards of the second space, and their links lead to the first.",
    breaks: "service",
    file: OBJECT,
    text: "~${prefix}~${space}`",
    replacement: "~${prefix}`",
    caughtBy: { file: OBJECTS_TEST, title: "for another prefix and another space" },
  },
];
