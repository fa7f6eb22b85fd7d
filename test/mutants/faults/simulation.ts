import type { Fault } from "../fault.ts";
import { DECODE_FAULTS } from "./decode.ts";
import { ENGINE_FAULTS } from "./engine.ts";
import { GC_FAULTS } from "./gc.ts";
import { GCS_FAULTS } from "./gcs.ts";
import { INDEXING_FAULTS } from "./indexing.ts";
import { PUBSUB_FAULTS } from "./pubsub.ts";
import { SEAL_FAULTS } from "./seal.ts";
import { SIGN_FAULTS } from "./sign.ts";

/** Of those that could be planted in what it runs; most others need a stranger, or a folder. */
const NOTICED = [
  "ack-before-index",
  "ack-before-write",
  "ack-failure-ends-the-worker",
  "ack-without-marker",
  "acks-of-later-batches-lost",
  "age-limit-ignored-in-silence",
  "checksum-not-sent",
  "conflict-not-taken-back",
  "digest-overwritten-in-a-race",
  "document-that-is-there-is-a-failure",
  "duplicates-counted",
  "failed-block-swallowed",
  "future-believed",
  "gc-before-seal",
  "gc-before-sign",
  "identity-without-hour",
  "inputs-read-twice",
  "last-line-without-newline-lost",
  "left-behind-segments-not-signed",
  "length-of-spans-not-agreed",
  "lent-payload-kept",
  "line-number-of-message-lost",
  "list-pages-lost",
  "manifest-before-segments",
  "missing-object-is-empty",
  "missing-precondition",
  "only-the-first-hour-of-an-object-sealed",
  "only-the-first-object-committed",
  "order-of-arrival-decides",
  "outcomes-matched-by-order",
  "partial-bulk-taken-as-all",
  "parts-hashed-without-lengths",
  "plan-after-a-plan-without-manifest",
  "poison-sent-again",
  "receive-time-filing",
  "record-instead-of-manifest",
  "rejected-lines-dropped",
  "repeats-of-sealed-lines-counted",
  "sequence-not-counted",
  "server-error-not-tried-again",
  "swallowed-429",
  "taken-name-is-a-failure",
  "work-given-back",
];

const KNOWN = [
  ...DECODE_FAULTS,
  ...ENGINE_FAULTS,
  ...GC_FAULTS,
  ...GCS_FAULTS,
  ...INDEXING_FAULTS,
  ...PUBSUB_FAULTS,
  ...SEAL_FAULTS,
  ...SIGN_FAULTS,
];

/** The same faults again, which the simulation has to notice by itself, in its first seeds. */
export const SIMULATION_FAULTS: readonly Fault[] = KNOWN.filter(({ name }) => NOTICED.includes(name)).map((fault) => ({
  ...fault,
  name: `simulated-${fault.name}`,
  caughtBy: { file: "test/simulation/simulation.test.ts", title: "seeds hold all invariants" },
}));
