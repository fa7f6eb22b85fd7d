import type { Fault } from "../fault.ts";

const DAY = "src/archive/verify/day-check.ts";
const UNSIGNED = "src/archive/verify/unsigned-check.ts";
const STREAM = "src/archive/verify/stream-check.ts";
const TAMPERING = "test/archive/verify/tampering.test.ts";
const VERIFY = "test/archive/verify/verify.test.ts";
const TOLD = "tells where";

/** What an auditor is told. */
export const VERIFY_FAULTS: readonly Fault[] = [
  {
    name: "missing-object-verified",
    harm: "Lines were removed from the vault, and the auditor is told that it is whole.",
    breaks: "evidence",
    file: DAY,
    text: 'if (found === undefined) add("missing", name, { what: "it is missing, and was signed" });\n  else {',
    replacement: "if (found !== undefined) {",
    caughtBy: { file: TAMPERING, title: TOLD },
  },
  {
    name: "altered-bytes-verified",
    harm: "Lines were altered, their number of bytes was not, and the auditor is told that nothing was.",
    breaks: "evidence",
    file: DAY,
    text: "if (found?.sha256 === expected) return true;",
    replacement: "if (found?.sha256.length === expected.length) return true;",
    caughtBy: { file: TAMPERING, title: TOLD },
  },
  {
    name: "extra-segment-verified",
    harm: "Somebody adds lines to the vault, which is said to be a seal that is under way.",
    breaks: "evidence",
    file: UNSIGNED,
    text: "} else if (isOpen && !hasPlans) {",
    replacement: "} else if (isOpen || hasPlans) {",
    caughtBy: { file: TAMPERING, title: TOLD },
  },
  {
    name: "seal-under-way-alarms",
    harm: "Whoever verifies while hours are sealed is told of tampering that nobody did, and soon believes no alarm.",
    breaks: "evidence",
    file: UNSIGNED,
    text: "if (pinned.has(name)) {",
    replacement: "if (pinned.has(name) && !isOpen) {",
    caughtBy: { file: VERIFY, title: "is named as such, wherever it stands" },
  },
  {
    name: "no-digest-verified",
    harm: "An archive of which all digests were removed is verified: there is nothing that it could differ from.",
    breaks: "evidence",
    file: STREAM,
    text: "if (!survey.digests.some(({ isSigned }) => isSigned)) {",
    replacement: "if (survey.digests.length > 0 && !survey.digests.some(({ isSigned }) => isSigned)) {",
    caughtBy: { file: TAMPERING, title: TOLD },
  },
  {
    name: "cut-end-verified",
    harm: "The newest digests were removed with all that they name, and the one that the auditor kept is not missed.",
    breaks: "evidence",
    file: "src/archive/verify/kept-end.ts",
    text: 'return [findingOf("end", stream, { object, what, expected: sha256 })];',
    replacement: 'return what === object ? [findingOf("end", stream, { object, what })] : [];',
    caughtBy: { file: TAMPERING, title: TOLD },
  },
  {
    name: "foreign-key-verified",
    harm: "A whole archive that was signed by somebody else is verified by the key that the auditor gave.",
    breaks: "evidence",
    file: "src/archive/verify/key-trust.ts",
    text: "else if (waiting.at(-1)?.key !== key) waiting.push({ name, key });",
    replacement: "else if (waiting.at(-1)?.key === key) waiting.push({ name, key });",
    caughtBy: { file: TAMPERING, title: TOLD },
  },
  {
    name: "false-totals-verified",
    harm: "A digest says more lines than its manifests, and nobody adds up.",
    breaks: "evidence",
    file: "src/archive/verify/digest-totals.ts",
    text: "if (found === expected) return [];",
    replacement: "if (found !== expected || found === expected) return [];",
    caughtBy: { file: TAMPERING, title: TOLD },
  },
  {
    name: "false-counts-verified",
    harm: "Counts that the lines do not give were sealed and signed, and the full level believes them.",
    breaks: "evidence",
    file: "src/counts/recount/sealed-check.ts",
    text: "return [...found, ...checkFigures(plan, { figures, lanes, isSameCatalogue })];",
    replacement: "return checkFigures(plan, { figures, lanes, isSameCatalogue }).length < 0 ? [] : found;",
    caughtBy: { file: TAMPERING, title: TOLD },
  },
  {
    name: "replaced-object-believed-read",
    harm: "A run that is taken up believes of bytes that were replaced since that it has read them.",
    breaks: "evidence",
    file: STREAM,
    text: "hash.update(`${name} ${sha256} ${sizeBytes} ${createdAtMs}\\n`);",
    replacement: "hash.update(`${name} ${sha256} ${sizeBytes} ${createdAtMs < 0}\\n`);",
    caughtBy: { file: VERIFY, title: "does not believe what it noted" },
  },
  {
    name: "kms-answer-believed",
    harm: "A signature that was damaged on its way from Cloud KMS is stored for good, and the chain is broken by it.",
    breaks: "evidence",
    file: "src/backends/gcs/kms-key.ts",
    text: "if (found !== name || verifiedDataCrc32c !== true || !isSum(signatureCrc32c, signed)) throw damaged();",
    replacement: "if (found !== name || verifiedDataCrc32c === null || signatureCrc32c === null) throw damaged();",
    caughtBy: { file: "test/backends/kms-key.test.ts", title: "is asked again where the answer is" },
  },
];
