import type { Fault } from "../fault.ts";

const FOLLOW_TEST = "test/backends/follow-source.test.ts";

/** Files that grow and are rotated. */
export const FOLLOW_FAULTS: readonly Fault[] = [
  {
    name: "copy-gone-ends-the-worker",
    harm: "A rotated copy that is compressed just when it is found ends the worker, with all pipelines of its process.",
    breaks: "service",
    file: "src/backends/files/follow/plain-copy.ts",
    text: "if (!isOfSystem(error)) throw error;\n    // Its turn",
    replacement: "if (error instanceof Error) throw error;\n    // Its turn",
    caughtBy: { file: FOLLOW_TEST, title: "is compressed and removed while it is looked at" },
  },
  {
    name: "checkpoints-saved-over-later-ones",
    harm: "A checkpoint of which a look at new files knew replaces that of an ack: after a kill lines are read again.",
    breaks: "service",
    file: "src/backends/files/follow/follow-source.ts",
    text: "await Promise.allSettled([last]);",
    replacement: "await Promise.resolve();",
    caughtBy: { file: FOLLOW_TEST, title: "has its acks noted for good" },
  },
];
