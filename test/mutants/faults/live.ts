import type { Fault } from "../fault.ts";

const EXPIRY = "src/indexing/expiry.ts";
const EXPIRY_TEST = "test/indexing/expiry.test.ts";
const TEMPLATE_TEST = "test/indexing/template.test.ts";
const BULK = "src/backends/elasticsearch/bulk.ts";
const BULK_TEST = "test/backends/elasticsearch-index.test.ts";
const PARTS = "src/backends/elasticsearch/cluster-parts.ts";
const PARTS_TEST = "test/backends/cluster-parts.it.test.ts";

/** How indices are made and end, and what an administrator does to them meanwhile. */
export const LIVE_FAULTS: readonly Fault[] = [
  {
    name: "expire-takes-what-others-made",
    harm: "Somebody else's index that has a name like ours is deleted.",
    breaks: "safety",
    file: EXPIRY,
    text: "return holds === kind;",
    replacement: "return true;",
    caughtBy: { file: EXPIRY_TEST, title: "by its name and by the note in it" },
  },
  {
    name: "expire-takes-today",
    harm: "Who keeps no days by a mistake deletes the index that is written to.",
    breaks: "safety",
    file: EXPIRY,
    text: "Math.max(keepMs, DAY_MS)",
    replacement: "keepMs",
    caughtBy: { file: EXPIRY_TEST, title: "never ends today" },
  },
  {
    name: "expire-a-day-early",
    harm: "An index goes a day before the ledger stops asking for its documents.",
    breaks: "evidence",
    file: EXPIRY,
    text: "(named.day + 1) * DAY_MS",
    replacement: "named.day * DAY_MS",
    caughtBy: { file: EXPIRY_TEST, title: "ends when its day has been over" },
  },
  {
    name: "expire-by-the-beginning-of-a-name",
    harm: "A copy that somebody keeps of an index is deleted with it.",
    breaks: "safety",
    file: "src/indexing/day-index.ts",
    text: "-${END}$`",
    replacement: "-${END}`",
    caughtBy: { file: EXPIRY_TEST, title: "is none:" },
  },
  {
    name: "age-by-a-day-that-no-name-has",
    harm: "On a cluster with lifecycles no index of lines without a day can be made.",
    breaks: "service",
    file: "src/indexing/template/index-templates.ts",
    text: 'composed(prefix, fields, ["lifecycle"])',
    replacement: 'composed(prefix, fields, ["lifecycle", "lifecycle-by-day"])',
    caughtBy: { file: TEMPLATE_TEST, title: "has its age by the day in its name only where there is one" },
  },
  {
    name: "lifecycle-a-day-early",
    harm: "The cluster ends an index a day before its days are over.",
    breaks: "evidence",
    file: "src/indexing/template/lifecycle.ts",
    text: "Math.ceil(keepMs / DAY_MS) + 1",
    replacement: "Math.ceil(keepMs / DAY_MS)",
    caughtBy: { file: TEMPLATE_TEST, title: "ends it a day after the days that are kept" },
  },
  {
    name: "taken-alias-is-poison",
    harm: "An index under the name of the alias sends every line into the quarantine.",
    breaks: "I8",
    file: BULK,
    text: '  "invalid_alias_name_exception",\n',
    replacement: "",
    caughtBy: { file: BULK_TEST, title: "is the cluster's state, and rejects nothing" },
  },
  {
    name: "alias-of-two-is-poison",
    harm: "An alias under the name of an index sends the lines of a day into the quarantine.",
    breaks: "I8",
    file: BULK,
    text: "/^no write index is defined for alias /, ",
    replacement: "",
    caughtBy: { file: BULK_TEST, title: "as a bad argument that is none of the document's" },
  },
  {
    name: "full-disk-of-one-holds-up-all",
    harm: "One index of a node with a full disk holds up the lines of all others.",
    breaks: "service",
    file: BULK,
    text: "(status !== BUSY || type === BLOCKED)",
    replacement: "status !== BUSY",
    caughtBy: { file: BULK_TEST, title: "is the cluster's state, and rejects nothing" },
  },
  {
    name: "change-by-hand-unseen",
    harm: "A template that somebody edited in the cluster counts as current, whatever it does now.",
    breaks: "service",
    file: PARTS,
    text: "if (differences.length === 0)",
    replacement: "if (differences.length >= 0)",
    caughtBy: { file: PARTS_TEST, title: "is one changed by hand with" },
  },
  {
    name: "older-program-takes-templates-back",
    harm: "A setup by an earlier version takes the fields back that newer workers write.",
    breaks: "service",
    file: PARTS,
    text: "theirs.version > ours.version",
    replacement: "theirs.version > Number.MAX_SAFE_INTEGER",
    caughtBy: { file: PARTS_TEST, title: "a newer one by its version" },
  },
  {
    name: "request-that-nobody-knows",
    harm: "The role of the workers is put in words that no Elasticsearch knows, and nobody may index.",
    breaks: "service",
    file: "src/indexing/duty-roles.ts",
    text: 'privileges: ["create_doc", "auto_configure"],',
    replacement: 'privileges: ["create_docs", "auto_configure"],',
    caughtBy: { file: "test/backends/cluster-requests.test.ts", title: "has privileges that Elasticsearch knows" },
  },
];
