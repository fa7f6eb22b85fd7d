import type { Fault } from "../fault.ts";

const SECRET = "src/config/secret.ts";
const TEST = "test/config/secret.test.ts";

/** Settings and secrets. */
export const CONFIG_FAULTS: readonly Fault[] = [
  {
    name: "short-key-taken",
    harm: "Pseudonyms by a key of a few bytes are reversed in an afternoon.",
    breaks: "privacy",
    file: SECRET,
    text: "if (key.length >= MIN_KEY_BYTES) return key;",
    replacement: "if (key.length >= 1) return key;",
    caughtBy: { file: TEST, title: "refuses an empty key and one of fewer than 16 bytes" },
  },
  {
    name: "newline-in-the-key",
    harm: "The same key from a variable and from a file gives other pseudonyms: each user counts twice.",
    breaks: "I8",
    file: SECRET,
    text: "if (raw[end - 1] === 0x0a)",
    replacement: "if (raw[end - 1] === 0x0b)",
    caughtBy: { file: TEST, title: "trims one newline at the end, and nothing else" },
  },
  {
    name: "secret-in-a-message",
    harm: "A key that is too short is printed into logs and terminals.",
    breaks: "privacy",
    file: SECRET,
    text: "holds ${key.length} bytes, fewer than",
    replacement: "holds ${key.toString()}, fewer bytes than",
    caughtBy: { file: TEST, title: "refuses an empty key and one of fewer than 16 bytes" },
  },
  {
    name: "key-made-beside-that-of-the-workers",
    harm: "A count without a key, told to accept a change, makes a key of its own: the workers are refused from then on.",
    breaks: "service",
    file: "src/cli/open/keys/pseudonym-key.ts",
    text: "if (known !== null) throw otherKey(settings, null, known);",
    replacement: "if (known !== null && !settings.pseudonymKey.acceptsChange) throw otherKey(settings, null, known);",
    caughtBy: {
      file: "test/cli/pseudonym-key.it.test.ts",
      title: "of a deployment that is not at hand is not replaced by a new one",
    },
  },
  {
    name: "line-break-in-a-token",
    harm: "A token with a line break in it adds headers to each request.",
    breaks: "safety",
    file: SECRET,
    text: "if (/^[!-~]+$/.test(token)) return token;",
    replacement: 'if (token !== "") return token;',
    caughtBy: { file: TEST, title: "and does not print it" },
  },
];
