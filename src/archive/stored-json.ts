import * as z from "zod";
import { IoError } from "../core/fault.ts";
import { hourText, isFilingHour } from "../core/hour.ts";
import { LANES } from "../core/line.ts";
import { MIB } from "../core/units.ts";
import { canonicalJson, type Json } from "./canonical-json.ts";
import { type Manifest, parseHourText } from "./manifest.ts";
import { SPAN_HOURS, type Span } from "./span.ts";
import { segmentNames, spanPrefix } from "./vault-name.ts";
import { parseWalName } from "./wal-name.ts";

/** What manifests, records and plans look like. Whoever may create objects could have put something else there. */

/** Of a text that names things: far more than any has, so that no message fills a screen. */
const MOST_NAME_CHARS = 1024;
const MOST_BYTES = 256 * MIB;

const count = z.int().min(0);
const change = z.int();
const name = z.string().max(MOST_NAME_CHARS);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const id = z.string().regex(/^[0-9a-f]{32}$/);
const hour = z.string().refine(isHourText);
const storedObject = { name, size_bytes: count, sha256 };

const makes = z.strictObject({
  program: name,
  segment_format: count,
  zstd: name,
  catalogue: name,
  pseudonym_key: name,
  instance: z.string().nullable(),
});

const span = {
  format: z.literal(1),
  stream: z.string().regex(/^[a-z0-9-]{1,63}$/),
  first_hour: hour,
  hours: z.literal(SPAN_HOURS),
  plan: z.int().min(1),
  revision: count,
  attempt: z.int().min(1),
};

const output = z.strictObject({
  number: z.int().min(1),
  lines: z.strictObject(storedObject),
  meta: z.strictObject(storedObject),
  rows: z.int().min(1),
  raw_bytes: count,
  root: sha256,
});

const duplicate = z.strictObject({
  id,
  message_id: z.string().optional(),
  published_at: z.string().optional(),
  place: z.strictObject({ object: name, row: count }),
});

const manifestSchema = z.strictObject({
  ...span,
  inputs: z.array(z.strictObject({ ...storedObject, hours: z.array(hour).optional() })),
  outputs: z.array(output),
  abandoned: z.array(name),
  lines: count,
  duplicates_total: count,
  duplicates: z.array(duplicate),
  conflicts: z.array(z.strictObject({ id, variants: count, standing: sha256, log: name })),
  lanes: z.partialRecord(z.enum(LANES), count),
  by_hour: z.record(
    hour,
    z.strictObject({
      received: count,
      archived: count,
      duplicates: count,
      conflicts: count,
      counted: change,
      eventless: change,
      quarantined: change,
    }),
  ),
  counts: z.strictObject({ catalogue: name, events: z.record(name, change) }),
  makes,
});

const planSchema = z.strictObject({ ...span, inputs: z.array(z.strictObject({ name, size_bytes: count })), makes });

/** A plan, as stored. */
export type PlanJson = z.output<typeof planSchema>;

/** Reads a manifest or a record; throws `IoError` `corrupt`, naming it, for what no sealer wrote. */
export function parseManifest(object: string, bytes: Buffer): Manifest {
  const hint = "restore it from a copy";
  const manifest = parseCanonical(object, bytes, manifestSchema, "manifest", hint) as Manifest;
  const place = {
    stream: manifest.stream,
    day: dayOf(manifest.first_hour),
    firstHour: parseHourText(manifest.first_hour),
    hours: manifest.hours,
  };
  const stray = strayName(manifest, place);
  if (stray !== undefined) throw corrupt(object, `it names "${stray}", of another place`, hint);
  return manifest;
}

/** The same of a plan. */
export function parsePlan(object: string, bytes: Buffer): PlanJson {
  const hint = "remove it, a sealer makes it anew";
  const plan = parseCanonical(object, bytes, planSchema, "plan", hint);
  const stray = strayInput(plan);
  if (stray !== undefined) throw corrupt(object, `it names "${stray}", of another place`, hint);
  return plan;
}

/** Throws `IoError` `corrupt` for an object that is too large to be one of these. */
export function checkJsonSize(object: string, sizeBytes: number): void {
  if (sizeBytes > MOST_BYTES)
    throw corrupt(object, `${sizeBytes} bytes are more than any has`, "restore it from a copy");
}

/** Its one text: whatever else a reader would pass over, or take for something else, makes another one. */
function parseCanonical<Data>(
  object: string,
  bytes: Buffer,
  schema: z.ZodType<Data>,
  noun: string,
  hint: string,
): Data {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw corrupt(object, "no JSON", `it was cut or altered; ${hint}`, error);
  }
  if ((json as { readonly format?: unknown } | null)?.format !== 1) {
    throw corrupt(object, "not of format 1, which is all that this program knows", hint);
  }
  const checked = schema.safeParse(json);
  if (!checked.success) {
    const place = checked.error.issues[0]?.path.join(".") ?? "";
    throw corrupt(object, `no ${noun}: "${place}" is not what it should be`, hint);
  }
  const { data } = checked;
  if (!Buffer.from(canonicalJson(data as Json)).equals(bytes))
    throw corrupt(object, `no ${noun} in its canonical form`, hint);
  return data;
}

/** A name that does not belong to the span: a reader would look there for lines, a sealer for what to seal. */
function strayName(manifest: Manifest, place: Span): string | undefined {
  const strayOutput = manifest.outputs
    .flatMap(({ number, lines, meta }) => {
      const expected = segmentNames(place, manifest.plan, number);
      return [
        { found: lines.name, expected: expected.lines },
        { found: meta.name, expected: expected.meta },
      ];
    })
    .find(({ found, expected }) => found !== expected)?.found;
  const prefix = spanPrefix(place);
  const isStray = (each: string): boolean => !each.startsWith(prefix) || each.slice(prefix.length).includes("/");
  return strayInput(manifest) ?? strayOutput ?? manifest.abandoned.find(isStray);
}

function strayInput({
  stream,
  inputs,
}: Pick<PlanJson, "stream"> & { readonly inputs: readonly { readonly name: string }[] }): string | undefined {
  return inputs.find((input) => parseWalName(input.name)?.stream !== stream)?.name;
}

function isHourText(text: string): boolean {
  const parsed = parseHourText(text);
  return isFilingHour(parsed) && hourText(parsed) === text;
}

function dayOf(firstHour: string): string {
  return firstHour.split("T")[0] ?? "";
}

function corrupt(object: string, why: string, hint: string, cause?: unknown): IoError {
  return new IoError("corrupt", `read "${object}": ${why} (hint: ${hint})`, { cause });
}
