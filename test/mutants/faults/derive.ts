import type { Fault } from "../fault.ts";

const BOUND_RULES = "src/derive/bound-rules.ts";
const CATALOGUE = "src/derive/standard-catalogue.yaml";
const CATALOGUE_TEST = "test/derive/standard-catalogue.test.ts";

/** From lines to events, and to pseudonyms. */
export const DERIVE_FAULTS: readonly Fault[] = [
  {
    name: "event-counted-twice",
    harm: "A request that counts as something more special counts as the general event too.",
    breaks: "I3",
    file: BOUND_RULES,
    text: "for (const other of rules.unless) if (other.derived !== null) return null;",
    replacement: "",
    caughtBy: { file: "test/derive/deriver.test.ts", title: "and gives way to others" },
  },
  {
    name: "event-of-the-line-before",
    harm: "A line counts what only the line before it did: counts depend on the order of arrival.",
    breaks: "I9",
    file: BOUND_RULES,
    text: "rule.derived = event;",
    replacement: "rule.derived ??= event;",
    caughtBy: { file: "test/derive/deriver.test.ts", title: "knows nothing of the line before" },
  },
  {
    name: "failed-pushes-counted",
    harm: "Pushes that were refused count as pushes.",
    breaks: "I3",
    file: CATALOGUE,
    text: '      status: 200\n      params.action: git-receive-pack\n    operation: update\n    detail: "{params.protocol}"',
    replacement: '      params.action: git-receive-pack\n    operation: update\n    detail: "{params.protocol}"',
    caughtBy: { file: CATALOGUE_TEST, title: "does not count" },
  },
  {
    name: "first-question-counted",
    harm: "A push over SSH, which asks twice, counts twice.",
    breaks: "I3",
    file: CATALOGUE,
    text: "params.protocol: [ssh, http]\n          params.changes: { present: true, not: _any }",
    replacement: "params.protocol: [ssh, http]\n          params.changes: { present: true }",
    caughtBy: { file: CATALOGUE_TEST, title: "does not count" },
  },
  {
    name: "request-for-credentials-counted",
    harm: "Each fetch over HTTP counts twice, since Git first asks without credentials.",
    breaks: "I3",
    file: CATALOGUE,
    text: "params.service: git-upload-pack\n          status: 200",
    replacement: "params.service: git-upload-pack",
    caughtBy: { file: CATALOGUE_TEST, title: "does not count a request" },
  },
  {
    name: "pseudonym-without-key",
    harm: "Whoever has the counts finds people by hashing all user names.",
    breaks: "privacy",
    file: "src/derive/pseudonym.ts",
    text: 'createHmac("sha256", key)',
    replacement: 'createHmac("sha256", "")',
    caughtBy: {
      file: "test/derive/pseudonym.test.ts",
      title: "are equal for equal values only, and differ by kind and key",
    },
  },
  {
    name: "kinds-share-pseudonyms",
    harm: "A visitor with the name of a user counts as that user.",
    breaks: "privacy",
    file: "src/derive/pseudonym.ts",
    text: 'visitor: cached((value) => keyedHash(key, "visitor", value)),',
    replacement: 'visitor: cached((value) => keyedHash(key, "user", value)),',
    caughtBy: {
      file: "test/derive/pseudonym.test.ts",
      title: "are equal for equal values only, and differ by kind and key",
    },
  },
];
