import * as z from "zod";
import { DAY_MS, GIB, HOUR_MS, MIB } from "../core/units.ts";
import { folderArchive, gcsArchive } from "./archive-schema.ts";
import { elasticsearchIndex } from "./index-schema.ts";
import { pseudonymKey, signingKey } from "./key-schema.ts";
import { endpoint, input, path, sizeBytes, text, wholeNumber } from "./value-schema.ts";

/**
 * The pipeline file, declared once: right names, types, limits, defaults and descriptions.
 *
 * Where the type of a value says too little, an `error` text says what is expected; messages read
 * `expected …, found …`. The same text is the title, for docs/reference and for editors.
 * A description is plain text; where the field is required it is one sentence, and the hint where it is missing.
 */

const NAME = "1 to 63 of a-z, 0-9 and hyphen, and not keys";
const SUBSCRIPTION = "projects/PROJECT/subscriptions/NAME";
const TOPIC = "the name of a topic, or projects/PROJECT/topics/NAME";
const PATHS = "a list of at least one path";

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
  topic: z
    .string({ error: TOPIC })
    .regex(/^(?:projects\/[^/\s]+\/topics\/)?[^/\s]+$/, { error: TOPIC })
    .optional()
    .meta({
      title: TOPIC,
      description:
        "The subscription's topic, by its full name where that is of another project. Its last part may tell the log; " +
        "without it the service is asked. setup needs it to make the subscription.",
    }),
});

const batch = z.strictObject({
  max_bytes: sizeBytes(1 * GIB)
    .prefault("64 MiB")
    .meta({
      description: "Bytes of lines and their meta, before compression, after which a write-ahead object is closed.",
    }),
  max_lines: wholeNumber(1, 10_000_000).default(500_000).meta({ description: "Lines after which it is closed." }),
  max_age_ms: wholeNumber(1, HOUR_MS)
    .optional()
    .meta({
      description:
        "Milliseconds after its first line when it is closed; without it 1000 where lines are indexed, so that they are " +
        "found soon, and 5000 elsewhere.",
    }),
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
  // A reader refuses blocks that one line of more would need.
  max_inflated_bytes: sizeBytes(256 * MIB)
    .prefault("32 MiB")
    .meta({ description: "Most bytes that one compressed message may hold." }),
});

const signing = z.strictObject({
  interval_ms: wholeNumber(1000, 366 * DAY_MS)
    .default(HOUR_MS)
    .meta({ description: "Milliseconds after a digest when the next one is due although nothing new is sealed." }),
});

const OPENED = "a list of user, group, session and project";

const reporting = z.strictObject({
  identifiable: z
    .array(z.enum(["user", "group", "session", "project"]), { error: OPENED })
    .default([])
    .meta({
      title: OPENED,
      description:
        "Segments that the owner of the deployment opens: they are counted at identifiable level although the rules do " +
        "not allow it, and every such answer says so.",
    }),
  fold_personal: z
    .boolean({ error: "true or false" })
    .default(false)
    .meta({
      description:
        "Whether the groups of persons, and their projects, count as (personal): those in which somebody of their name " +
        "acted before the as-of day.",
    }),
});

const SPAN = "1, 2, 3, 4, 6, 8, 12 or 24";

const seal = z.strictObject({
  lateness_ms: wholeNumber(0, 31 * DAY_MS)
    .default(HOUR_MS)
    .meta({
      description:
        "How long after the end of an hour its lines are waited for before it is sealed. Later ones are sealed in a " +
        "further revision; none is lost.",
    }),
  hours: z
    .literal([1, 2, 3, 4, 6, 8, 12, 24], { error: SPAN })
    .optional()
    .meta({
      title: SPAN,
      description:
        "Hours that are sealed together, from the next day on that has no seal yet; without it as many as bring about " +
        "64 MiB, at most a day.",
    }),
  by_worker: z
    .boolean({ error: "true or false" })
    .optional()
    .meta({
      description:
        "Whether a worker whose input has no end seals beside its work, in a process of its own; without it where the " +
        "archive is a folder.",
    }),
  every_ms: wholeNumber(100, DAY_MS)
    .default(300_000)
    .meta({ description: "How often such a worker looks for hours that are due." }),
});

export const pipelineSchema = z
  .strictObject({
    name: z
      .string({ error: NAME })
      // The public keys lie where that stream would be sealed, and nobody could verify it.
      .regex(/^(?!keys$)[a-z0-9-]{1,63}$/, { error: NAME })
      .meta({ title: NAME, description: "Name of the pipeline and of its stream in the archive." }),
    deployment: z.enum(["saas", "self_managed"]).default("saas").meta({
      description: "Kind of GitLab deployment; by its rules counts are reported at identifiable level or refused.",
    }),
    reporting: reporting
      .prefault({})
      .meta({ description: "What may be reported, beyond the rules of the deployment and below them." }),
    instance: text("the name of an instance")
      .optional()
      .meta({ description: "Instance of every line; without it each line's own environment or host." }),
    source: z
      .discriminatedUnion("kind", [filesSource, stdinSource, pubsubSource])
      .meta({ description: "Where lines come from." }),
    archive: z
      .discriminatedUnion("kind", [folderArchive, gcsArchive])
      .meta({ description: "Where every line is kept." }),
    index: elasticsearchIndex.optional().meta({
      description: "Where lines can be searched; without it nowhere.",
    }),
    batch: batch
      .prefault({})
      .meta({ description: "When a write-ahead object is closed, and its lines are safe: at the first of these." }),
    seal: seal.prefault({}).meta({ description: "When hours of the archive are sealed, and by whom." }),
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
    signing_key: signingKey.prefault({}).meta({
      description: "Private key (Ed25519, PEM) that signs digests; without env, file and kms the archive's own.",
      secret: true,
    }),
    sign: signing.prefault({}).meta({ description: "When sign has something to do." }),
  })
  .meta({ title: "Pipeline", description: "Where lines come from and where they are kept, and settings." });

/** A pipeline file as checked: the user's names, defaults filled in, sizes in bytes. */
export type PipelineConfig = z.output<typeof pipelineSchema>;
