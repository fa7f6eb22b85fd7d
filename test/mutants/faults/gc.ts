import type { Fault } from "../fault.ts";

const PLAN = "src/archive/gc/gc-plan.ts";
const COLLECT = "src/archive/gc/collect.ts";
const TEST = "test/archive/gc.test.ts";

/** What removes the only copy that is not signed. */
export const GC_FAULTS: readonly Fault[] = [
  {
    name: "gc-before-seal",
    harm: "Lines that are sealed nowhere are removed.",
    breaks: "I1",
    file: PLAN,
    text: 'if (unsealed.length > 0) return "not_sealed";',
    replacement: "",
    caughtBy: { file: TEST, title: "of several hours stays until each of them is sealed and signed" },
  },
  {
    name: "gc-before-sign",
    harm: "What was received is removed while somebody may still change what was sealed of it.",
    breaks: "evidence",
    file: PLAN,
    text: 'if (coverage.get(object.name)?.isSigned !== true) return "not_signed";',
    replacement: "",
    caughtBy: { file: TEST, title: "stays until its lines are sealed, and until that is signed" },
  },
  {
    name: "gc-on-an-unsigned-base",
    harm: "Lines go that a later plan has left out, since an earlier one which nobody has signed holds them.",
    breaks: "evidence",
    file: "src/archive/gc/signed-coverage.ts",
    text: "isSigned: known.isSigned && !unsigned.has(folder),",
    replacement: "isSigned: known.isSigned && (isRecord || hasSignature),",
    caughtBy: { file: TEST, title: "of a later plan stays while one before is not signed" },
  },
  {
    name: "gc-by-the-word-of-a-record",
    harm: "Whoever may write below ctl has lines removed that are sealed nowhere.",
    breaks: "I1",
    file: COLLECT,
    text: "if (unproven.has(object.name)) continue;",
    replacement: "",
    caughtBy: { file: TEST, title: "lets no line go that is not in the vault" },
  },
  {
    name: "gc-without-reading-the-vault",
    harm: "The last good copy of lines goes while their segment is damaged.",
    breaks: "I1",
    file: COLLECT,
    text: "if (found?.sha256 !== holder.sha256) throw",
    replacement: "if (found === null) throw",
    caughtBy: { file: TEST, title: "removes nothing where" },
  },
  {
    name: "gc-of-what-waits-for-the-index",
    harm: "Objects that wait for an index which is away are gone when it is back.",
    breaks: "I1",
    file: PLAN,
    text: 'return mark?.isDone === false ? "not_indexed" : null;',
    replacement: "return null;",
    caughtBy: { file: TEST, title: "keep an object that waits, and go with one that is done" },
  },
  {
    name: "gc-of-other-bytes",
    harm: "What a worker that was away has put under a known name is removed unread.",
    breaks: "I1",
    file: COLLECT,
    text: "if (said !== undefined) {",
    replacement: "if (said !== undefined && found.size_bytes === 0) {",
    caughtBy: { file: TEST, title: "goes again where it is the same, and stays and is told where it is another" },
  },
  {
    name: "gc-while-signed-objects-are-missing",
    harm: "Lines are removed although the vault has lost segments already.",
    breaks: "I1",
    file: PLAN,
    text: "if (first !== undefined) throw distrust(first,",
    replacement: 'if (first === "") throw distrust(first,',
    caughtBy: { file: TEST, title: "removes nothing where" },
  },
  {
    name: "gc-of-markers-in-the-wrong-order",
    harm: "A collector that dies leaves markers of an object that is gone, which wait for ever.",
    breaks: "I8",
    file: "src/archive/index-markers.ts",
    text: "return [markerName(object, WAITING), markerName(object, DONE)];",
    replacement: "return [markerName(object, DONE), markerName(object, WAITING)];",
    caughtBy: { file: TEST, title: "leaves what the next one does" },
  },
  {
    name: "gc-of-markers-that-wait",
    harm: "Lines that wait for an index which is away are forgotten, and never indexed.",
    breaks: "I1",
    file: PLAN,
    text: "const markedGone = [...marks].filter(([, { isDone }]) => isDone)",
    replacement: "const markedGone = [...marks]",
    caughtBy: { file: TEST, title: "of objects that are gone go, but never such as wait" },
  },
  {
    name: "gc-by-a-digest-without-signature",
    harm: "Whoever may write objects writes a digest, and has lines removed by it.",
    breaks: "evidence",
    file: "src/archive/digest/digest-chain.ts",
    text: "return { stream, digests, unfinished: { name, bytes, digest }, ring };",
    replacement:
      "return { stream, digests: [...digests, signedDigest(name, bytes, bytes)], unfinished: { name, bytes, digest }, ring };",
    caughtBy: { file: TEST, title: "removes nothing that only a digest without signature covers" },
  },
];
