import * as z from "zod";
import { clusterUrls, httpsFor, INDEX_PREFIX_TITLE, indexPrefix, unsafeUrls } from "../../config/cluster-schema.ts";
import { apiKey } from "../../config/key-schema.ts";
import { path, wholeNumber } from "../../config/value-schema.ts";
import { dayName } from "../../core/hour.ts";
import { PERIODS } from "../../counts/period.ts";
import { LEVELS } from "../../counts/reporting-policy.ts";
import { SEGMENTS } from "../../counts/segment.ts";
import { DEFAULT_DAYS, FORMATS, MOST_DAYS } from "../counts/asked-options.ts";

/** The report file, declared once, by the rules of `config/pipeline-schema.ts`. */

const NAME = "1 to 63 of a-z, 0-9 and hyphen";
const EVENTS = "a list of at least one name of an event";
const PERIOD_LIST = `a list of ${PERIODS.join(", ")}`;
const AS_OF = "a day, YYYY-MM-DD, or today";
const FILE = "the path of a file, no URL and no ~, in whose braces stands as_of or name";
export const TODAY = "today";

const stdoutDestination = z.strictObject({
  kind: z.literal("stdout").meta({ description: "Standard output." }),
});

const fileDestination = z.strictObject({
  kind: z
    .literal("file")
    .meta({ description: "A file of this machine, replaced as a whole, with the rights that it has." }),
  path: path(FILE)
    .regex(/^(?:[^{}]|\{(?:as_of|name)\})*(?:[^{}/]|\{(?:as_of|name)\})$/, { error: FILE })
    .meta({
      title: FILE,
      description:
        "Path of the file, relative to the folder of the report; its folders are made; {as_of} stands for the as-of day " +
        "and {name} for the name of the report.",
    }),
});

const elasticsearchDestination = z
  .strictObject({
    kind: z.literal("elasticsearch").meta({ description: "Daily counts as documents of an Elasticsearch cluster." }),
    urls: clusterUrls(
      "URLs of nodes of one cluster; without them the pipeline's index, with its key and certificates.",
    ).optional(),
    api_key: apiKey.optional().meta({
      description:
        "API key, encoded as Elasticsearch gives it out; without it the pipeline's where urls are the pipeline's.",
      secret: true,
    }),
    ca_file: path("a path").optional().meta({
      description: "File with certificates (PEM) of authorities to trust, in the place of those of the system.",
    }),
    prefix: indexPrefix()
      .optional()
      .meta({
        title: INDEX_PREFIX_TITLE,
        description:
          "Beginning of the names of indices: PREFIX.counts-CATALOGUE, with the first digits of the catalogue's digest; " +
          "without it the pipeline's, or logtally.",
      }),
  })
  .superRefine((destination, context) => {
    for (const at of unsafeUrls(destination)) {
      context.addIssue({ code: "custom", message: httpsFor("destination.api_key"), path: ["urls", at] });
    }
  });

function isDay(text: string): boolean {
  const timeMs = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(timeMs) && dayName(timeMs) === text;
}

export const reportSchema = z
  .strictObject({
    version: z.literal(1).meta({ description: "Version of the form of report files: 1." }),
    name: z
      .string({ error: NAME })
      .regex(/^[a-z0-9-]{1,63}$/, { error: NAME })
      .meta({ title: NAME, description: "Name of the report, for messages and paths." }),
    pipeline: path("a path")
      .optional()
      .meta({
        description:
          "The pipeline whose archive is counted, relative to the folder of the report; without it pipelines/local.yaml of " +
          "the current folder.",
      }),
    events: z
      .array(z.string({ error: EVENTS }), { error: EVENTS })
      .min(1, { error: EVENTS })
      .optional()
      .meta({ title: EVENTS, description: "Only these events; without it all." }),
    by: z.enum(SEGMENTS).default("instance").meta({ description: "Segment by which is counted." }),
    level: z.enum(LEVELS).default("aggregate").meta({
      description: "Totals, or rows with names where the rules of the deployment allow them.",
    }),
    periods: z.array(z.enum(PERIODS), { error: PERIOD_LIST }).min(1, { error: PERIOD_LIST }).optional().meta({
      title: PERIOD_LIST,
      description: "Periods; without it all four, for prometheus all but daily, and daily alone into elasticsearch.",
    }),
    days: wholeNumber(1, MOST_DAYS).default(DEFAULT_DAYS).meta({ description: "How many days daily counts go back." }),
    sessions: z
      .boolean({ error: "true or false" })
      .default(true)
      .meta({ description: "Whether sessions are counted, which takes longest of all." }),
    format: z.enum(FORMATS).default("table").meta({ description: "Format of the answer; not into elasticsearch." }),
    as_of: z
      .string({ error: AS_OF })
      .regex(/^(?:\d{4}-\d\d-\d\d|today)$/, { error: AS_OF })
      .refine((text) => text === TODAY || isDay(text), { error: AS_OF })
      .optional()
      .meta({
        title: AS_OF,
        description:
          "What was before this day is counted; today leaves out the hours of this day in UTC. Without it the day after the " +
          "newest filed hour.",
      }),
    destination: z
      .discriminatedUnion("kind", [stdoutDestination, fileDestination, elasticsearchDestination])
      .meta({ description: "Where the answer goes." }),
  })
  .meta({ title: "Report", description: "What is counted, in which form, and where it goes." });

/** A report file as checked: the user's names, defaults filled in. */
export type ReportConfig = z.output<typeof reportSchema>;
