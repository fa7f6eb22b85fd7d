import type { Fault } from "../fault.ts";

const DOCUMENT = "src/counts/publication/count-document.ts";
const DOCUMENT_TEST = "test/counts/publication/count-document.test.ts";
const VERSIONED_TEST = "test/backends/versioned-index.test.ts";
const REPORT_TEST = "test/cli/report.it.test.ts";
const REPORT_FILE_TEST = "test/cli/report-file.test.ts";
const PUBLISH_TEST = "test/cli/publish.it.test.ts";
const PUBLISH_FAULTS_TEST = "test/cli/publish-faults.it.test.ts";
const REPLACE_TEST = "test/backends/replace-file.test.ts";
const DAY_STATE_TEST = "test/counts/days/day-state.test.ts";

/** Reports, and counts that are published. */
export const REPORTS_FAULTS: readonly Fault[] = [
  {
    name: "report-ignores-policy",
    harm: "A report says by user what the deployment does not let be reported, day by day into a file.",
    breaks: "privacy",
    file: "src/cli/report/asked-report.ts",
    text: "permissionOf(query, settings)",
    replacement: 'permissionOf({ ...query, level: "aggregate" }, settings)',
    caughtBy: { file: REPORT_TEST, title: "no report says, and the rule is named at its line" },
  },
  {
    name: "failing-report-ends-the-others",
    harm: "A misspelled event in one report file keeps all reports behind it from being written, night after night.",
    breaks: "service",
    file: "src/cli/report/report.ts",
    text: "if (!isToldError(error)) throw error;",
    replacement: 'if (!isToldError(error) || file !== "") throw error;',
    caughtBy: { file: REPORT_TEST, title: "that fails keeps no other from being answered" },
  },
  {
    name: "closed-output-ends-all-reports",
    harm: "A pager that is quit ends the nightly reports behind the first that prints, with exit code 0 and no word.",
    breaks: "service",
    file: "src/cli/main.ts",
    text: "if (goesOnWithoutOutput()) return;",
    replacement: "if (goesOnWithoutOutput() && args.length === 0) return;",
    caughtBy: { file: REPORT_TEST, title: "that nobody reads fails" },
  },
  {
    name: "report-replaces-a-link",
    harm: "A report that root writes makes a regular file of a device, and cuts a link from what it leads to.",
    breaks: "service",
    file: "src/backends/files/replace-file.ts",
    text: "if (there !== null && !there.isFile()) {",
    replacement: "if (there?.isDirectory() === true) {",
    caughtBy: { file: REPLACE_TEST, title: "that a user names leaves it its rights" },
  },
  {
    name: "report-opens-a-private-file",
    harm: "A report with rows by user, in a file that only its owner may read, can be read by all after the next night.",
    breaks: "privacy",
    file: "src/backends/files/replace-file.ts",
    text: "{ mode: kept ?? newMode, isExact: kept !== null }",
    replacement: "{ mode: newMode, isExact: kept === 0 }",
    caughtBy: { file: REPLACE_TEST, title: "that a user names leaves it its rights" },
  },
  {
    name: "two-reports-into-one-file",
    harm: "Of two reports with the same path only the last one is ever seen, and both say that they were written.",
    breaks: "service",
    file: "src/cli/report/report.ts",
    text: "if (clashes.length === 0) await answer",
    replacement: "if (clashes.length >= 0) await answer",
    caughtBy: { file: REPORT_TEST, title: "that writes where another one does" },
  },
  {
    name: "template-asked-for-once",
    harm: "A cluster that is busy for a second costs the report of the night.",
    breaks: "service",
    file: "src/cli/report/publish.ts",
    text: "needTemplate(createPatientCluster(cluster, patience), prefix)",
    replacement: "needTemplate(createPatientCluster === undefined ? cluster : cluster, prefix)",
    caughtBy: { file: PUBLISH_FAULTS_TEST, title: "waits out what passes" },
  },
  {
    name: "rejections-told-after-the-search",
    harm: "Whose index has another mapping is told that all shards failed, and looks at the cluster for a day.",
    breaks: "service",
    file: "src/cli/report/publish-rows.ts",
    text: "refuseRejected(cluster, publication, put.rejections);",
    replacement: "refuseRejected(cluster, publication, put.rejections.slice(put.rejections.length));",
    caughtBy: { file: PUBLISH_TEST, title: "into a data stream of others" },
  },
  {
    name: "key-of-the-pipeline-goes-elsewhere",
    harm: "Whoever writes a report has the pipeline's API key sent to a URL of their own.",
    breaks: "privacy",
    file: "src/cli/report/report-cluster.ts",
    text: "settings: { urls, apiKey, caFile }, fields: FIELDS, prefix };",
    replacement: "settings: { urls, apiKey: apiKey ?? index?.apiKey ?? null, caFile }, fields: FIELDS, prefix };",
    caughtBy: { file: REPORT_FILE_TEST, title: "elsewhere without anything of the pipeline" },
  },
  {
    name: "published-version-falls-with-a-late-line",
    harm: "A day that was sealed and gets a late line keeps its old count in every dashboard.",
    breaks: "I8",
    file: DOCUMENT,
    text: "return 2 * lines + (isSealed ? 1 : 0);",
    replacement: "return lines + (isSealed ? 1_000_000 : 0);",
    caughtBy: { file: DOCUMENT_TEST, title: "so that a late line is newer than a sealed day without it" },
  },
  {
    name: "version-without-lines-that-are-not-sealed",
    harm: "Counts of today are published once, and stay what they were then until the day is sealed.",
    breaks: "I8",
    file: "src/counts/days/day-state.ts",
    text: "[...sealed, ...unsealed].reduce(",
    replacement: "[...sealed, ...unsealed.slice(unsealed.length)].reduce(",
    caughtBy: { file: DAY_STATE_TEST, title: "has each line once, sealed or not" },
  },
  {
    name: "version-of-the-day-alone",
    harm: "A report of an older state brings a person's name back into dashboards that had folded it.",
    breaks: "I8",
    file: DOCUMENT,
    text: "lines: linesOfAllDays ?? state.lines",
    replacement: "lines: linesOfAllDays === null ? state.lines : state.lines",
    caughtBy: {
      file: DOCUMENT_TEST,
      title: "have the version of all these days, and say how many lines their own has",
    },
  },
  {
    name: "newer-state-taken-as-failure",
    harm: "A report that was slow fails for ever, since a newer one has published before it.",
    breaks: "I4",
    file: "src/backends/elasticsearch/versioned-index.ts",
    text: 'outcome.kind === "conflict" ? "outdated" : "stored"',
    replacement: 'outcome.kind === "conflict" ? { status: 409, type: "", reason: "" } : "stored"',
    caughtBy: { file: VERSIONED_TEST, title: "takes the place of an equal and of a lower version" },
  },
  {
    name: "row-that-is-gone-stays-published",
    harm: "What a conflict has taken out of the counts is in every dashboard for good.",
    breaks: "I8",
    file: "src/cli/report/publish-rows.ts",
    text: "if (!ids.has(id)) yield",
    replacement: "if (ids.size < 0 && !ids.has(id)) yield",
    caughtBy: { file: PUBLISH_TEST, title: "whose row is gone are zero" },
  },
  {
    name: "two-pipelines-share-documents",
    harm: "Two deployments overwrite each other's counts, and each sets to zero what the other has.",
    breaks: "I4",
    file: "src/counts/publication/counted-view.ts",
    text: "return digestOf([pipeline, archive,",
    replacement: "return digestOf([pipeline.slice(0, 0), archive,",
    caughtBy: { file: DOCUMENT_TEST, title: "differs by each thing that tells deployments and questions apart" },
  },
];
