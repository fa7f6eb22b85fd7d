import * as z from "zod";

/** The section of the pipeline file that says what does not get into the index. */

const FIELDS = "a mapping of field name to mask, pseudonym or drop";
const FIELD = "the name of a field: letters, digits, _ and -, with dots between its parts";
const TREATMENT = "mask, pseudonym or drop";

export const redaction = z.strictObject({
  secrets: z
    .boolean({ error: "true or false" })
    .default(true)
    .meta({ description: "Whether tokens, keys and passwords are masked wherever they stand." }),
  fields: z
    .record(
      z
        .string()
        .max(100, { error: "a name of at most 100 characters" })
        .regex(/^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/, { error: FIELD }),
      z.enum(["mask", "pseudonym", "drop"], { error: TREATMENT }),
      { error: FIELDS },
    )
    .meta({ title: FIELDS })
    .default({})
    .meta({
      description:
        "What becomes of the value of a field, by its name in the record: it is masked, gets a pseudonym, or is left " +
        "out. A dotted name (meta.user, params.note) stands for all ways to write it.",
    }),
  addresses: z
    .enum(["keep", "truncate", "pseudonym"], { error: "keep, truncate or pseudonym" })
    .default("keep")
    .meta({
      description:
        "What becomes of IP addresses, wherever they stand: they stay, keep their network (/24, /48), or get an address " +
        "in 100::/64 as their pseudonym.",
    }),
});
