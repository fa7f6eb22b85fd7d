import { hash, verify } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Book } from "./book.ts";
import { checkBook } from "./book-check.ts";
import type { Services } from "./crew.ts";
import type { Truth } from "./truth.ts";
import { STREAM } from "./world.ts";

/** Looks at the whole when all is over, and every view has had its time. `walRows`: lines of write-ahead objects. */
export function lookAtAll({ world, bucket, cluster }: Services, truth: Truth, walRows: number): void {
  const fail = (what: string): void => world.fail(what);
  const left = [...bucket.names("wal/"), ...bucket.names("ctl/index/")];
  if (left.length > 0) fail(`I8: ${left.length} objects are left, the first is "${left[0]}"`);
  const book = checkBook(bucket, truth, fail);
  checkLines(book, truth, fail);
  checkFigures(book, truth, walRows, fail);
  for (const [id, variants] of truth.lines) checkDocument(id, [...variants.values()], cluster.indices, fail);
  checkDigests(bucket, fail);
}

type Fail = (what: string) => void;

/** Nothing is lacking. */
function checkLines({ lines }: Book, truth: Truth, fail: Fail): void {
  const found = truth.among(lines);
  for (const [id, variants] of truth.lines) {
    for (const text of variants.keys()) {
      if (found.lines.get(id)?.has(text) !== true) fail(`I1: line ${id} "${text}" is not in the vault`);
    }
  }
}

function checkFigures({ byHour, figures, counts, conflicts }: Book, truth: Truth, walRows: number, fail: Fail): void {
  const { received = 0 } = figures;
  if (received !== walRows) fail(`I3: received is ${received}, not ${walRows}`);
  for (const [hour, right] of truth.byHour()) {
    for (const [kind, count] of Object.entries(right) as [string, number][]) {
      const found = byHour.get(hour)?.[kind] ?? 0;
      if (found !== count) fail(`I3: ${kind} of ${hour} is ${found}, not ${count}`);
    }
  }
  for (const [event, count] of Object.entries(truth.counts())) {
    if (counts[event] !== count) fail(`I3: ${event} is ${counts[event] ?? 0}, not ${count}`);
  }
  if (!isDeepStrictEqual(conflicts, truth.conflicts())) fail(`I3: conflicts are ${JSON.stringify([...conflicts])}`);
}

/** In one index, that of its day or the quarantine, with the text of one of its variants. */
function checkDocument(
  id: string,
  variants: readonly { readonly text: string; readonly indexDay: string }[],
  indices: ReadonlyMap<string, ReadonlyMap<string, string>>,
  fail: Fail,
): void {
  const found = [...indices].filter(([, documents]) => documents.has(id));
  const [[name, documents] = ["", new Map<string, string>()]] = found;
  if (found.length !== 1) return fail(`I8: line ${id} is in ${found.length} indices`);
  if (!variants.some(({ indexDay }) => name.endsWith(indexDay))) fail(`I9: line ${id} is in index ${name}`);
  const source = documents.get(id) ?? "";
  const { gitlab, message } = JSON.parse(source) as IndexedDocument;
  // Whatever else stands in the document, `number` tells the variants of all lines apart.
  const isOf = (text: string): boolean =>
    message === text || (text.startsWith("{") && numberIn(text) === gitlab?.other?.number);
  if (!variants.some(({ text }) => isOf(text))) fail(`I8: the document of line ${id} is ${source}`);
}

interface DigestJson {
  readonly key: string;
  readonly previous: { readonly sha256: string; readonly signature: string } | null;
  readonly objects: readonly { readonly name: string; readonly sha256: string }[];
}

/** All of the vault, as it is, in a chain whose signatures are good. */
function checkDigests(bucket: Services["bucket"], fail: Fail): void {
  const unsigned = new Set(bucket.names(`vault/v1/${STREAM}/2`));
  let previous: DigestJson["previous"] = null;
  for (const name of bucket.names(`vault/v1/${STREAM}/digest/`)) {
    if (!name.endsWith(".json")) continue;
    const bytes = bucket.read(name);
    const signature = bucket.read(name.replace(/json$/, "sig"));
    const digest = JSON.parse(bytes.toString()) as DigestJson;
    const key = bucket.read(`vault/v1/keys/${digest.key}.pub`).toString();
    if (!verify(null, bytes, key, signature)) fail(`"${name}" is not signed by its key`);
    if (!isDeepStrictEqual(digest.previous, previous)) fail(`"${name}" does not follow on the one before`);
    previous = { sha256: hash("sha256", bytes), signature: signature.toString("hex") };
    for (const { name: object, sha256 } of digest.objects) {
      unsigned.delete(object);
      if (hash("sha256", bucket.read(object)) !== sha256) fail(`"${name}" signs "${object}" with another hash`);
    }
  }
  for (const name of unsigned) fail(`I8: "${name}" is in no signed digest`);
}

interface IndexedDocument {
  readonly message?: string;
  readonly gitlab?: { readonly other?: { readonly number?: number } };
}

function numberIn(record: string): number | undefined {
  return (JSON.parse(record) as { readonly number?: number }).number;
}
