import * as z from "zod";
import { httpsFor, unsafeUrls } from "./cluster-schema.ts";
import { apiKey } from "./key-schema.ts";
import { path, serviceUrl } from "./value-schema.ts";

/** The section of the pipeline file that says where Kibana is. */

const URL = "an http or https URL";
const SPACE = "the identifier of a space: a-z, 0-9, hyphen and underscore";

export const kibanaFields = z
  .strictObject({
    url: serviceUrl(URL, /^https?:\/\/[^\s]+$/).meta({
      title: URL,
      description: "Where Kibana answers, with its base path and without a space.",
    }),
    api_key: apiKey.optional().meta({
      description:
        "API key, encoded as Elasticsearch gives it out; a key of its own for setup. Without it no credentials are sent.",
      secret: true,
    }),
    ca_file: path("a path").optional().meta({
      description: "File with certificates (PEM) of authorities to trust, in the place of those of the system.",
    }),
    space: z
      .string({ error: SPACE })
      .regex(/^[a-z0-9_-]{1,63}$/, { error: SPACE })
      .default("default")
      .meta({ title: SPACE, description: "Space that gets the dashboards." }),
  })
  .superRefine((kibana, context) => {
    if (unsafeUrls({ urls: [kibana.url], api_key: kibana.api_key }).length > 0) {
      context.addIssue({ code: "custom", message: httpsFor("index.kibana.api_key"), path: ["url"] });
    }
  });
