import * as z from "zod";
import { GIB, HOUR_MS, MIB } from "../core/units.ts";
import { formatSize, parseSizeBytes, SIZE_PATTERN } from "./size.ts";

/**
 * The pipeline file, declared once: right names, types, limits, defaults and descriptions.
 *
 * Where the type of a value says too little, an `error` text says what is expected; messages read
 * `expected …, found …`. The same text is the title, for docs/reference and for editors.
 * A description is plain text; where the field is required it is one sentence, and the hint where it is missing.
 */

const NAME = "1 to 63 of a-z, 0-9 and hyphen";
const BUCKET = "the name of a bucket, without gs://";
const PREFIX = "parts of a name, joined by a slash: a/b";
const ENDPOINT = "an http or https URL without a path";
const SUBSCRIPTION = "projects/PROJECT/subscriptions/NAME";
const PATHS = "a list of at least one path";
const INPUT = "a path, a glob or gs://BUCKET/PREFIX";
const VARIABLE = "the name of an environment variable";

/** Absent and empty are different things in a file: an empty text is refused. */
function text(expected: string): z.ZodString {
  return z.string({ error: expected }).min(1, { error: expected }).meta({ title: expected });
}

/** A URL, or `~` that no shell has expanded, would quietly become a folder of that name. */
function path(expected: string) {
  return text(expected).regex(/^(?![a-z][a-z0-9+.-]*:\/\/|~(\/|$))[^\0]*$/i, { error: `${expected}, no URL and no ~` });
}

/** What can be read: a path, or objects of a bucket. */
function input() {
  return text(INPUT)
    .regex(/^(?:gs:\/\/|(?![a-zA-Z][a-zA-Z0-9+.-]*:\/\/|~(?:\/|$)))[^\0]*$/, {
      error: `${INPUT}, no other URL and no ~`,
    })
    .regex(/^(?:(?!gs:\/\/)|gs:\/\/[a-z0-9][a-z0-9._-]{1,220}[a-z0-9](?:\/(?!(?:.*\/)?\.{0,2}\/)[^*]*)?$)/, {
      error: "gs://BUCKET/PREFIX, with the name of a bucket, no * and no part of the prefix that is empty, . or ..",
    });
}

function wholeNumber(min: number, max: number): z.ZodInt {
  const expected = `a whole number from ${min} to ${max}`;
  const integer = z.int({ error: expected }).min(min, { error: expected }).max(max, { error: expected });
  return integer.meta({ title: expected });
}

function sizeBytes(maxBytes: number) {
  const expected = `a size from 1 B to ${formatSize(maxBytes)}, in bytes or like "1 MiB"`;
  const written = z.union([z.number(), z.string()], { error: expected }).meta({
    title: expected,
    // Said of numbers and of texts; that a text is no more than the limit only the program says.
    minimum: 1,
    maximum: maxBytes,
    multipleOf: 1,
    pattern: SIZE_PATTERN,
  });
  return written.transform((size, context) => {
    const bytes = parseSizeBytes(size);
    if (bytes !== null && bytes >= 1 && bytes <= maxBytes) return bytes;
    context.addIssue({ code: "custom", message: expected });
    return z.NEVER;
  });
}

function endpoint(description: string) {
  return z
    .string({ error: ENDPOINT })
    .regex(/^https?:\/\/[^/]+$/, { error: ENDPOINT })
    .optional()
    .meta({ title: ENDPOINT, description });
}

const topic = text("the name of a topic")
  .optional()
  .meta({
    description:
      "Topic of dumped Pub/Sub messages in the input, which a dump does not say itself. It may tell the log, and is part " +
      "of the identity of their plain lines.",
  });

const filesSource = z.strictObject({
  kind: z.literal("files").meta({ description: "Files of lines." }),
  paths: z
    .array(input(), { error: PATHS })
    .min(1, { error: PATHS })
    .meta({
      title: PATHS,
      description:
        "Paths or globs of NDJSON files, plain, .gz or .zst, as a list; one after the other, each once, those of a glob " +
        "in order of names; a folder is refused. gs://BUCKET/PREFIX stands for all objects of a bucket whose names begin " +
        "with PREFIX.",
    }),
  endpoint: endpoint(
    "Where the service of gs:// paths answers, for private endpoints and test servers; without it Google's own. " +
      "Credentials are sent by https only.",
  ),
  follow: z
    .boolean({ error: "true or false" })
    .default(false)
    .meta({
      description:
        "Whether plain files are followed as they grow, are rotated and come anew, until the program is stopped. Of .gz " +
        "and .zst only the end of a file that was followed is read.",
    }),
  state: path("a path")
    .optional()
    .meta({
      description:
        "Folder that notes how far files were followed, for one process at a time; without it " +
        "ctl/follow/NAME in an archive that is a folder.",
    }),
  topic,
});

const stdinSource = z.strictObject({
  kind: z.literal("stdin").meta({ description: "Lines from standard input." }),
  topic,
});

const pubsubSource = z.strictObject({
  kind: z.literal("pubsub").meta({ description: "A subscription of Google Cloud Pub/Sub." }),
  subscription: z
    .string({ error: SUBSCRIPTION })
    .regex(/^projects\/[^/\s]+\/subscriptions\/[^/\s]+$/, { error: SUBSCRIPTION })
    .meta({
      title: SUBSCRIPTION,
      description: "Its full name; any number of workers may read one, and each message goes to one of them.",
    }),
  topic: text("the name of a topic")
    .optional()
    .meta({ description: "Name of the topic, which may tell the log; without it the subscription is asked." }),
});

const folderArchive = z.strictObject({
  kind: z.literal("folder").meta({ description: "A folder of this machine." }),
  path: path("a path").meta({ description: "Folder of the archive; it is made where it is missing." }),
});

const gcsArchive = z.strictObject({
  kind: z.literal("gcs").meta({ description: "A bucket of Google Cloud Storage." }),
  bucket: z
    .string({ error: BUCKET })
    .regex(/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/, { error: BUCKET })
    .meta({ title: BUCKET, description: "Name of the bucket; it must be there." }),
  prefix: z
    .string({ error: PREFIX })
    .regex(/^(?:(?!\.{0,2}(?:\/|$))[^/\s]+(?:\/(?!$)|$))+$/, { error: PREFIX })
    .optional()
    .meta({ title: PREFIX, description: "Beginning of the names of all objects; without it the whole bucket." }),
  endpoint: endpoint(
    "Where the service answers, for private endpoints and test servers; without it Google's own. Credentials are " +
      "sent by https only.",
  ),
});

const batch = z.strictObject({
  max_bytes: sizeBytes(1 * GIB)
    .prefault("64 MiB")
    .meta({
      description: "Bytes of lines and their meta, before compression, after which a write-ahead object is closed.",
    }),
  max_lines: wholeNumber(1, 10_000_000).default(500_000).meta({ description: "Lines after which it is closed." }),
  max_age_ms: wholeNumber(1, HOUR_MS)
    .default(5000)
    .meta({ description: "Milliseconds after its first line when it is closed." }),
});

const limits = z.strictObject({
  max_depth: wholeNumber(1, 1000)
    .default(128)
    .meta({ description: "Deepest nesting of a record; its own object is 1." }),
  // Files hand over longer lines in pieces.
  max_line_bytes: sizeBytes(8 * MIB)
    .prefault("4 MiB")
    .meta({
      description:
        "Longest record, after decompression. A line of a file beyond 8 MiB is cut into pieces when it is read.",
    }),
  max_inflated_bytes: sizeBytes(1 * GIB)
    .prefault("32 MiB")
    .meta({ description: "Most bytes that one compressed message may hold." }),
});

const pseudonymKey = z
  .strictObject({
    env: z
      .string({ error: VARIABLE })
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: VARIABLE })
      .optional()
      .meta({ title: VARIABLE, description: "Environment variable that holds the key." }),
    file: path("a path").optional().meta({ description: "File that holds the key; not beside env." }),
    accept_change: z.boolean({ error: "true or false" }).default(false).meta({
      description:
        "Whether a key is used although the archive was used with another one; every pseudonym changes with it.",
    }),
  })
  .refine((key) => key.env === undefined || key.file === undefined, {
    path: ["file"],
    error: 'no "file" beside "env"',
  })
  .meta({ not: { required: ["env", "file"] } });

export const pipelineSchema = z
  .strictObject({
    name: z
      .string({ error: NAME })
      .regex(/^[a-z0-9-]{1,63}$/, { error: NAME })
      .meta({ title: NAME, description: "Name of the pipeline and of its stream in the archive." }),
    deployment: z.enum(["saas", "self_managed"]).default("saas").meta({
      description:
        "Kind of GitLab deployment; it stands in answers. Which counts it lets be reported is not built yet.",
    }),
    instance: text("the name of an instance")
      .optional()
      .meta({ description: "Instance of every line; without it each line's own environment or host." }),
    source: z
      .discriminatedUnion("kind", [filesSource, stdinSource, pubsubSource])
      .meta({ description: "Where lines come from." }),
    archive: z
      .discriminatedUnion("kind", [folderArchive, gcsArchive])
      .meta({ description: "Where every line is kept." }),
    batch: batch
      .prefault({})
      .meta({ description: "When a write-ahead object is closed, and its lines are safe: at the first of these." }),
    limits: limits.prefault({}).meta({
      description: "What a record may be before it is quarantined; lines that are in the archive stay as they are.",
    }),
    identity: z
      .record(z.string(), text("the name of a field"), { error: "a mapping of log to field name" })
      .meta({ title: "a mapping of log to field name" })
      .default({})
      .meta({ description: "For a log (like rails.audit) the field that identifies its lines." }),
    catalogue: path("a path").optional().meta({
      description: "Catalogue file that stands in the place of the standard catalogue of events, or extends it.",
    }),
    pseudonym_key: pseudonymKey.prefault({}).meta({
      description: "Secret key of the pseudonyms; without env and file the archive's own.",
      secret: true,
    }),
  })
  .meta({ title: "Pipeline", description: "Where lines come from and where they are kept, and settings." });

/** A pipeline file as checked: the user's names, defaults filled in, sizes in bytes. */
export type PipelineConfig = z.output<typeof pipelineSchema>;
