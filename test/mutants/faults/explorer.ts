import type { Fault } from "../fault.ts";

const GUARD = "src/explorer/server/request-guard.ts";
const GUARD_TEST = "test/explorer/request-guard.test.ts";
const WRITER = "src/explorer/server/reply-writer.ts";
const SERVER_TEST = "test/explorer/explorer-server.test.ts";

/** Who gets an answer from the page's server, and whether it is a whole one. */
export const EXPLORER_FAULTS: readonly Fault[] = [
  {
    name: "page-called-by-any-name",
    harm: "A page of elsewhere whose name is bound to this machine later is taken for the page itself.",
    breaks: "safety",
    file: GUARD,
    text: "host === undefined || !hosts.includes(host.toLowerCase())",
    replacement: "host === undefined",
    caughtBy: { file: GUARD_TEST, title: "under a name that was bound to this machine later" },
  },
  {
    name: "any-token-lets-in",
    harm: "Every user of the machine reads every line of the archive.",
    breaks: "privacy",
    file: GUARD,
    text: "if (!isToken(authorization, token))",
    replacement: 'if (!isToken(authorization, authorization?.split(" ")[1] ?? token))',
    caughtBy: { file: GUARD_TEST, title: "with another token" },
  },
  {
    name: "form-that-names-json",
    harm: "A form on a page of elsewhere is taken for a question of the page.",
    breaks: "safety",
    file: GUARD,
    text: 'contentType?.split(";")[0]?.trim().toLowerCase() !== "application/json"',
    replacement: 'contentType?.includes("application/json") !== true',
    caughtBy: { file: GUARD_TEST, title: "by a form that only names the type" },
  },
  {
    name: "neighbour-on-another-port",
    harm: "What listens at another port of this machine asks by the browser of whoever looks at it.",
    breaks: "safety",
    file: GUARD,
    text: 'fetchSite !== "same-origin" && fetchSite !== "none"',
    replacement: 'fetchSite === "cross-site"',
    caughtBy: { file: GUARD_TEST, title: "by a page of another port, of the same site" },
  },
  {
    name: "slow-browser-fills-the-memory",
    harm: "Whoever takes an answer slowly has all of it kept in the memory of the server.",
    breaks: "I6",
    file: WRITER,
    text: "!response.write(part) && !response.destroyed",
    replacement: "!response.write(part) && response.destroyed",
    caughtBy: { file: SERVER_TEST, title: "waits for whoever takes it" },
  },
  {
    name: "half-a-file-taken-for-whole",
    harm: "A file that broke off is kept as evidence, and nobody can tell that its end is missing.",
    breaks: "evidence",
    file: WRITER,
    text: "else response.destroy();",
    replacement: "else response.end();",
    caughtBy: { file: SERVER_TEST, title: "is cut off in a file" },
  },
];
