import type { Fault } from "../fault.ts";

const FOLDER_STORE = "src/backends/files/folder-store.ts";
const FOLDER_STORE_TEST = "test/backends/folder-store.test.ts";

/** Objects as files. */
export const FILES_FAULTS: readonly Fault[] = [
  {
    name: "rename-instead-of-link",
    harm: "A name that is taken is overwritten without a word: archived lines are gone.",
    breaks: "I5",
    file: "src/backends/files/link-unless-taken.ts",
    text: "import { link } from",
    replacement: "import { rename as link } from",
    caughtBy: { file: FOLDER_STORE_TEST, title: "creates an object once and never overwrites it (I5)" },
  },
  {
    name: "content-not-synced",
    harm: "After a power cut objects are there by name, empty, and their lines were acked.",
    breaks: "I1",
    file: FOLDER_STORE,
    text: "await file.sync();",
    replacement: "",
    caughtBy: { file: FOLDER_STORE_TEST, title: "has an object on the disk before it says so" },
  },
  {
    name: "folder-not-synced",
    harm: "After a power cut names of objects are gone whose lines were acked.",
    breaks: "I1",
    file: FOLDER_STORE,
    text: "await syncFolder(dirname(path));",
    replacement: "",
    caughtBy: { file: FOLDER_STORE_TEST, title: "has an object on the disk before it says so" },
  },
  {
    name: "new-folder-not-synced",
    harm: "After a power cut the folder of a new day is gone, with all objects in it.",
    breaks: "I1",
    file: "src/backends/files/durable-folder.ts",
    text: "await syncFolder(parent);",
    replacement: "",
    caughtBy: { file: FOLDER_STORE_TEST, title: "has an object on the disk before it says so" },
  },
  {
    name: "unfinished-files-listed",
    harm: "What a killed writer left is read as if it were an object, and refused as damaged.",
    breaks: "I8",
    file: FOLDER_STORE,
    text: 'const UNFINISHED = "ctl/tmp";',
    replacement: 'const UNFINISHED = "wal/tmp";',
    caughtBy: { file: FOLDER_STORE_TEST, title: "removes what a killed writer left a day ago" },
  },
  {
    name: "unfinished-files-of-others-removed",
    harm: "A worker that starts breaks what the others are about to write.",
    breaks: "service",
    file: FOLDER_STORE,
    text: "nowMs - writtenAtMs > ABANDONED_AFTER_MS",
    replacement: "nowMs - writtenAtMs > 0",
    caughtBy: { file: FOLDER_STORE_TEST, title: "removes what a killed writer left a day ago, and nothing younger" },
  },
  {
    name: "names-listed-out-of-order",
    harm: "Readers that rely on the order of names pass over objects.",
    breaks: "I8",
    file: FOLDER_STORE,
    text: '${entry.isDirectory() ? "/" : ""}`).sort();',
    replacement: '${entry.isDirectory() ? "/" : ""}`).sort().reverse();',
    caughtBy: { file: FOLDER_STORE_TEST, title: "lists names by their beginning, in order of the whole name" },
  },
  {
    name: "folder-that-fails-is-empty",
    harm: "A folder that cannot be read looks like one without objects: its lines are in no count.",
    breaks: "I3",
    file: FOLDER_STORE,
    text: "if (isMissing(error)) return;\n    throw ioError(`list",
    replacement: "if (error instanceof Error) return;\n    throw ioError(`list",
    caughtBy: { file: FOLDER_STORE_TEST, title: "says which folder it cannot list" },
  },
  {
    name: "names-outside-the-archive",
    harm: "A name with dots in it writes a file anywhere on the machine.",
    breaks: "safety",
    file: FOLDER_STORE,
    text: "checkObjectName(name);\n    return resolve(root, name);",
    replacement: "return resolve(root, name);",
    caughtBy: { file: FOLDER_STORE_TEST, title: "refuses the name" },
  },
];
