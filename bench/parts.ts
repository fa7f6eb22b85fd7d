import type { Report } from "./measuring/report.ts";
import { measureBook } from "./parts/book.ts";
import { measureCounts } from "./parts/counts.ts";
import { measureDocuments } from "./parts/documents.ts";
import { measureExplore } from "./parts/explore.ts";
import { measureFind } from "./parts/find.ts";
import { measureGenerator } from "./parts/generator-pace.ts";
import { measureGrowth } from "./parts/growth.ts";
import { measureGuard } from "./parts/guard.ts";
import { measureIndexing } from "./parts/indexing.ts";
import { measureSaturation } from "./parts/saturation.ts";
import { measureSearchable } from "./parts/searchable.ts";
import { measureStages } from "./parts/stages.ts";
import { measureStart } from "./parts/start.ts";
import { measureSubscription } from "./parts/subscription.ts";
import { measureVerify } from "./parts/verify.ts";

/** How much is measured. */
export interface Scale {
  readonly lines: number;
  /** Medians are taken over so many. */
  readonly rounds: number;
  readonly facts: number;
}

/** A part of the benchmark beside the job itself. */
interface Part {
  readonly measures: string;
  readonly measure: (scale: Scale) => Promise<Report>;
}

/** By the names of their options, in the order of docs/performance.md. */
export const PARTS: Readonly<Record<string, Part>> = {
  stages: {
    measures: "what each stage costs, over 200,000 lines",
    measure: ({ lines, rounds }) => measureStages(lines, rounds),
  },
  growth: {
    measures: "what a line costs in short inputs and long ones, and beside other workers",
    measure: ({ lines, rounds }) => measureGrowth(lines, rounds),
  },
  guard: {
    measures: "that a line is no dearer than it was, by ratios; for CI",
    measure: ({ rounds }) => measureGuard(rounds),
  },
  generate: { measures: "how fast the generator is", measure: ({ rounds }) => measureGenerator(rounds) },
  pubsub: {
    measures: "messages of a subscription, and an archive that goes away",
    measure: ({ rounds }) => measureSubscription(rounds),
  },
  index: { measures: "what it costs to index a line", measure: ({ lines, rounds }) => measureIndexing(lines, rounds) },
  saturation: {
    measures: "a file indexed at full speed into Elasticsearch, and who is the limit",
    measure: ({ lines }) => measureSaturation(lines),
  },
  documents: {
    measures: "what it costs to make the document of a line",
    measure: ({ lines, rounds }) => measureDocuments(lines, rounds),
  },
  searchable: {
    measures: "how soon a published line is found in Elasticsearch",
    measure: () => measureSearchable(),
  },
  counts: {
    measures: "the question of every month, over facts",
    measure: ({ facts, rounds }) => measureCounts(facts, rounds),
  },
  book: {
    measures: "what it costs to seal a line, and to count it again",
    measure: ({ lines, rounds }) => measureBook(lines, rounds),
  },
  verify: {
    measures: "what it costs to verify an archive",
    measure: ({ lines, rounds }) => measureVerify(lines, rounds),
  },
  start: {
    measures: "how long the program takes to its help, and to the first line archived",
    measure: ({ rounds }) => measureStart(rounds),
  },
  find: {
    measures: "one line, request or user out of a year of a hundred million lines",
    measure: ({ rounds }) => measureFind(rounds),
  },
  explore: {
    measures: "how long the page takes to its first view, in Chromium",
    measure: ({ facts, rounds }) => measureExplore(facts, rounds),
  },
};
