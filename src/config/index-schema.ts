import * as z from "zod";
import { DAY_MS, MINUTE_MS } from "../core/units.ts";
import {
  clusterUrls,
  DEFAULT_INDEX_PREFIX,
  httpsFor,
  INDEX_PREFIX_TITLE,
  indexPrefix,
  unsafeUrls,
} from "./cluster-schema.ts";
import { apiKey } from "./key-schema.ts";
import { kibanaFields } from "./kibana-schema.ts";
import { redaction } from "./redaction-schema.ts";
import { path, wholeNumber } from "./value-schema.ts";

/** The section of the pipeline file that says where lines can be searched. */

const elasticsearchFields = z.strictObject({
  kind: z.literal("elasticsearch").meta({ description: "An Elasticsearch cluster." }),
  urls: clusterUrls("URLs of nodes of one cluster; requests go to them in turn."),
  api_key: apiKey.optional().meta({
    description: "API key, encoded as Elasticsearch gives it out; without it no credentials are sent.",
    secret: true,
  }),
  ca_file: path("a path").optional().meta({
    description: "File with certificates (PEM) of authorities to trust, in the place of those of the system.",
  }),
  prefix: indexPrefix().default(DEFAULT_INDEX_PREFIX).meta({
    title: INDEX_PREFIX_TITLE,
    description: "Beginning of the names of all indices: PREFIX.logs-LOG-DAY and PREFIX.quarantine-DAY.",
  }),
  retention_days: wholeNumber(1, 3650)
    .default(30)
    .meta({
      description:
        "How many days before it was published a message's line may be dated to get the index of its day; others go " +
        "to PREFIX.logs-LOG-outside.",
    }),
  keep_days: wholeNumber(1, 3650)
    .optional()
    .meta({
      description:
        "How many days after its day an index is kept, by the cluster's lifecycle where it has one, else by index expire; " +
        "at least retention_days, and without it as many.",
    }),
  shards: wholeNumber(1, 1024).default(1).meta({
    description: "Primary shards of each index that is made: one for every 50 GB that a log brings in a day.",
  }),
  replicas: wholeNumber(0, 10).default(1).meta({
    description: "Copies of each shard, on other nodes; 0 only where a lost node may take the index with it.",
  }),
  refresh_interval_ms: wholeNumber(100, MINUTE_MS)
    .default(1000)
    .meta({
      description:
        "Milliseconds until a document that was indexed is found. From some thousand lines a second on, 5000 or more spares " +
        "the cluster much work.",
    }),
  spill_after_ms: wholeNumber(0, DAY_MS).default(60_000).meta({
    description:
      "Milliseconds without any success after which lines wait in the archive to be indexed later, and input goes on.",
  }),
  redaction: redaction.prefault({}).meta({
    description: "What of a line does not get into the index. The archive keeps it.",
  }),
  kibana: kibanaFields.optional().meta({
    description: "The Kibana that gets dashboards and searches from setup; without it setup leaves Kibana alone.",
  }),
});

export const elasticsearchIndex = elasticsearchFields.superRefine((index, context) => {
  for (const at of unsafeUrls(index)) {
    context.addIssue({ code: "custom", message: httpsFor("index.api_key"), path: ["urls", at] });
  }
  // Otherwise a late line would bring back an index that was deleted.
  if (index.keep_days !== undefined && index.keep_days < index.retention_days) {
    const message = `at least index.retention_days, which is ${index.retention_days}`;
    context.addIssue({ code: "custom", message, path: ["keep_days"] });
  }
});
