import * as z from "zod";
import { endpoint, path } from "./value-schema.ts";

/** Sections of the pipeline file that say where a secret lies. */

const VARIABLE = "the name of an environment variable";

const secretPlace = {
  env: z
    .string({ error: VARIABLE })
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: VARIABLE })
    .optional()
    .meta({ title: VARIABLE, description: "Environment variable that holds the key." }),
  file: path("a path").optional().meta({ description: "File that holds the key; not beside env." }),
};

const ONE_PLACE = { path: ["file"], error: 'no "file" beside "env"' };
/** The same for the JSON Schema. */
const ONE_PLACE_JSON = { not: { required: ["env", "file"] } };

function isOnePlace({ env, file }: { readonly env?: string | undefined; readonly file?: string | undefined }): boolean {
  return env === undefined || file === undefined;
}

export const apiKey = z
  .strictObject({
    ...secretPlace,
    plain_http: z.boolean({ error: "true or false" }).default(false).meta({
      description:
        "Whether the key may also go to http URLs of other machines, where everybody on the way can read it.",
    }),
  })
  .refine((key) => (key.env === undefined) !== (key.file === undefined), { error: 'either "env" or "file"' });

export const pseudonymKey = z
  .strictObject({
    ...secretPlace,
    accept_change: z.boolean({ error: "true or false" }).default(false).meta({
      description:
        "Whether a key is used although the archive was used with another one; every pseudonym changes with it.",
    }),
  })
  .refine(isOnePlace, ONE_PLACE)
  .meta(ONE_PLACE_JSON);

const KEY_VERSION = "projects/…/locations/…/keyRings/…/cryptoKeys/…/cryptoKeyVersions/…";
const ALONE = { path: ["kms"], error: 'no "kms" beside "env" or "file"' };

export const signingKey = z
  .strictObject({
    ...secretPlace,
    kms: z
      .string({ error: KEY_VERSION })
      .regex(
        /^projects\/[^/\s?#]+\/locations\/[^/\s?#]+\/keyRings\/[^/\s?#]+\/cryptoKeys\/[^/\s?#]+\/cryptoKeyVersions\/\d+$/,
        {
          error: KEY_VERSION,
        },
      )
      .optional()
      .meta({
        title: KEY_VERSION,
        description: "Version of a key in Cloud KMS (EC_SIGN_ED25519), which it never leaves; not beside env or file.",
      }),
    endpoint: endpoint(
      "Where Cloud KMS answers, for private endpoints and test servers; without it Google's own.",
    ).optional(),
  })
  .refine(isOnePlace, ONE_PLACE)
  .refine(({ env, file, kms }) => kms === undefined || (env === undefined && file === undefined), ALONE)
  .meta({
    not: {
      anyOf: [
        ["env", "file"],
        ["env", "kms"],
        ["file", "kms"],
      ].map((required) => ({ required })),
    },
  });
