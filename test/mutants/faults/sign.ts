import type { Fault } from "../fault.ts";

const CHAIN = "src/archive/digest/digest-chain.ts";
const SIGN = "src/archive/digest/sign.ts";
const UNSIGNED = "src/archive/digest/unsigned.ts";
const TEST = "test/archive/digest.test.ts";
const REFUSED = "a chain is refused, and nothing more is signed,";

/** The chain of digests. */
export const SIGN_FAULTS: readonly Fault[] = [
  {
    name: "chain-without-the-hash-before",
    harm: "A digest may be exchanged for another one that the same key has signed, and nobody sees it.",
    breaks: "evidence",
    file: CHAIN,
    text: "if (previous?.sha256 !== last?.sha256 || previous?.signature !== last?.signature)",
    replacement: "if ((previous === null) !== (last === null))",
    caughtBy: { file: TEST, title: REFUSED },
  },
  {
    name: "signature-not-checked",
    harm: "Whoever may write objects writes history.",
    breaks: "evidence",
    file: "src/archive/digest/signing-key.ts",
    text: "isSignature: (bytes, signature) => verify(null, bytes, key, signature)",
    replacement: "isSignature: (bytes, signature) => bytes.length > 0 && signature.length === 64",
    caughtBy: { file: TEST, title: REFUSED },
  },
  {
    name: "gap-in-the-sequence",
    harm: "A digest that was removed, with all that it named, is not missed.",
    breaks: "evidence",
    file: CHAIN,
    text: "if (bytes === null) throw distrust(name, ",
    replacement:
      "if (bytes === null) return readDigest(store, stream, sequence - 1);\n  if (bytes.length === 0) throw distrust(name, ",
    caughtBy: { file: TEST, title: REFUSED },
  },
  {
    name: "any-key-believed",
    harm: "A digest that an intruder signed with a key of their own continues the chain.",
    breaks: "evidence",
    file: CHAIN,
    text: "if (before !== null && !mayFollow(ring, stream, before.key, key, sequence))",
    replacement: "if (before !== null && ring.keys.size === 0)",
    caughtBy: { file: TEST, title: REFUSED },
  },
  {
    name: "altered-object-signed",
    harm: "The signature says of lines that were altered that they are as they were sealed.",
    breaks: "evidence",
    file: UNSIGNED,
    text: "checkAsSaid(name, said, found);",
    replacement: "",
    caughtBy: { file: TEST, title: "what is not as it was sealed is not signed:" },
  },
  {
    name: "missing-manifest-signed-over",
    harm: "A span of which a manifest was lost is signed as if it were whole.",
    breaks: "evidence",
    file: UNSIGNED,
    text: "if (plan.manifest.revision === revision) return plan;",
    replacement: "if (plan.manifest.revision >= revision) return plan;",
    caughtBy: { file: TEST, title: "a span of which a plan is missing" },
  },
  {
    name: "signed-twice",
    harm: "Each digest names everything again: it grows with the archive, and its totals count twice.",
    breaks: "evidence",
    file: UNSIGNED,
    text: "if (!signed.has(name)) plans.push",
    replacement: "plans.push",
    caughtBy: { file: TEST, title: "names only what none before names" },
  },
  {
    name: "left-behind-segments-not-signed",
    harm: "What attempts that were given up have left in the vault is accounted for by nobody.",
    breaks: "evidence",
    file: UNSIGNED,
    text: "for (const name of abandoned) objects.set(name, await measureObject(store, name, onBytes));",
    replacement: "",
    caughtBy: { file: TEST, title: "names what attempts left behind" },
  },
  {
    name: "segments-of-open-plans-signed",
    harm: "A digest names segments of a plan that is still being run as if they had been given up.",
    breaks: "evidence",
    file: UNSIGNED,
    text: "!named.has(segment.name) && isComplete(segment)",
    replacement: "!named.has(segment.name) && segment.plan > 0",
    caughtBy: { file: TEST, title: "names what attempts left behind" },
  },
  {
    name: "planted-digest-finished",
    harm: "A signer signs what somebody else has put in the place of a digest that was begun.",
    breaks: "evidence",
    file: SIGN,
    text: "if (!digestBytes(digestOf(link, plans, objects)).equals(bytes))",
    replacement: "if (digestBytes(digestOf(link, plans, objects)).length === 0)",
    caughtBy: { file: TEST, title: "has no digest finished that it could not have written" },
  },
  {
    name: "digest-overwritten-in-a-race",
    harm: "Of two signers one signs a digest that nobody has stored.",
    breaks: "evidence",
    file: SIGN,
    text: 'if ((await store.create(name, bytes)) === "exists") continue;',
    replacement: "await store.create(name, bytes);",
    caughtBy: { file: TEST, title: "signers that race each other sign each manifest once" },
  },
  {
    name: "window-goes-back",
    harm: "A signer whose clock is slow says of a later time that it was before an earlier one.",
    breaks: "evidence",
    file: SIGN,
    text: "from !== null && from > now ? from : now",
    replacement: "now",
    caughtBy: { file: TEST, title: "does not go back in time where the clock does" },
  },
  {
    name: "objects-of-other-places-believed",
    harm: "A forged manifest has lines of other hours counted and signed as if they were its own.",
    breaks: "evidence",
    file: "src/archive/manifest.ts",
    text: "const stray = strayName(manifest, span);",
    replacement: "const stray: string | undefined = [strayName(manifest, span)].slice(1)[0];",
    caughtBy: { file: "test/archive/stored-json.test.ts", title: "that leads elsewhere is told" },
  },
];
