import { hash } from "node:crypto";
import { eachLine, openWalBytes } from "../../src/archive/wal-reader.ts";
import { isPlanResult, textLines } from "./book.ts";
import { checkBook } from "./book-check.ts";
import type { BucketWatcher, SimulatedBucket } from "./simulated-bucket.ts";
import type { SimulatedCluster } from "./simulated-cluster.ts";
import type { Sent } from "./simulated-subscription.ts";
import type { Truth } from "./truth.ts";
import { type Event, STREAM, type World } from "./world.ts";

const PLAN = /^ctl\/plan\/(.*\/)(\d{6})a\d\d\.json$/;
const RESULT = /^(?:vault\/v1|ctl\/seal)\/(.*\/)(\d{6})(?:\.manifest)?\.json$/;
const DIGEST = /\/digest\/(\d{8})\.(json|sig)$/;

/** What the names of objects tell. */
const EVENT_NAMES: readonly (readonly [Event, RegExp])[] = [
  ["sealed", /\.manifest\.json$/],
  ["sealed again", /^ctl\/plan\/.*\/000002a/],
  ["sealed by another", /^ctl\/plan\/.*a02\.json$/],
  ["only repeats", /^ctl\/seal\//],
  ["signed again", /digest\/00000002\.json$/],
  ["marked", /\.waiting$/],
];

interface StoredName {
  readonly name: string;
  readonly sha256: string;
}

/** Looks at each object that comes or goes, and at each ack. */
export class Checks implements BucketWatcher {
  readonly #world: World;
  readonly #bucket: SimulatedBucket;
  readonly #cluster: SimulatedCluster;
  readonly #truth: Truth;
  /** Id and text of a line → durable objects that hold it: write-ahead ones, and segments that a manifest names. */
  readonly #holders = new Map<string, Set<string>>();
  /** The same with write-ahead objects that are gone: what is marked then is indexed from the vault. */
  readonly #everIn = new Map<string, Set<string>>();
  /** Lines of a write-ahead object. */
  readonly #linesOf = new Map<string, readonly string[]>();
  /** How many lines each write-ahead object has, or had: one that comes back is the same. */
  readonly #walRows = new Map<string, number>();

  constructor(world: World, bucket: SimulatedBucket, cluster: SimulatedCluster, truth: Truth) {
    this.#world = world;
    this.#bucket = bucket;
    this.#cluster = cluster;
    this.#truth = truth;
  }

  overwritten(name: string): void {
    this.#world.fail(`I5: "${name}" was overwritten`);
  }

  created(name: string, content: Buffer): void {
    if (name.startsWith("wal/")) {
      this.#walCreated(name, content).catch((error: unknown) =>
        this.#world.fail(`"${name}" is unreadable: ${String(error)}`),
      );
    }
    for (const [event, pattern] of EVENT_NAMES) if (pattern.test(name)) this.#world.note(event);
    const [, folder = "", plan] = PLAN.exec(name) ?? RESULT.exec(name) ?? [];
    if (plan !== undefined) this.#checkOrder(name, folder, Number(plan));
    if (isPlanResult(name)) {
      this.#checkManifest(name, content);
      this.#checkWhole();
    }
    const [, sequence, kind] = DIGEST.exec(name) ?? [];
    if (sequence !== undefined) this.#checkDigest(name, Number(sequence), kind === "sig");
  }

  removed(name: string): void {
    if (name.startsWith("ctl/index/")) return;
    if (!name.startsWith("wal/")) return this.#world.fail(`I5: "${name}" was removed`);
    this.#world.note("removed");
    const signed = this.#signedSegments();
    for (const line of this.#linesOf.get(name) ?? []) {
      const holders = this.#holders.get(line);
      holders?.delete(name);
      const isKept = holders?.values().some((holder) => signed.has(holder)) === true;
      if (!isKept) this.#world.fail(`I1: "${name}" was removed, and its line ${line} is in no signed segment`);
    }
    this.#linesOf.delete(name);
  }

  /** A message was acked: from now on nobody else has it. */
  acked({ number }: Sent): void {
    for (const { id, text } of this.#truth.of(number)) {
      const holders = this.#holders.get(keyOf(id, text));
      if (holders === undefined || holders.size === 0) {
        this.#world.fail(`I1: message ${number} is acked, and its line ${id} "${text}" is not in the archive`);
        return;
      }
      const isMarked = this.#everIn
        .get(keyOf(id, text))
        ?.values()
        .some((name) => this.#bucket.objects.has(markerOf(name)));
      if (isMarked !== true && !this.#cluster.has(id)) {
        this.#world.fail(`I1: message ${number} is acked, and its line ${id} is neither indexed nor marked`);
      }
    }
    this.#checkWhole();
  }

  /** Lines that write-ahead objects have had, each object once. */
  get walRows(): number {
    return this.#walRows.values().reduce((sum, rows) => sum + rows, 0);
  }

  async #walCreated(name: string, content: Buffer): Promise<void> {
    const segment = await openWalBytes({ name, bytes: content });
    const lines: string[] = [];
    for (const block of segment.blocks) {
      await eachLine({ name }, segment, block, ({ buffer, start, end, meta }) => {
        lines.push(keyOf(meta.id, buffer.toString("utf8", start, end)));
      });
    }
    this.#linesOf.set(name, lines);
    this.#walRows.set(name, lines.length);
    for (const line of lines) {
      const [id, text] = partsOf(line);
      const isSent = this.#truth.lines.get(id)?.has(text) === true;
      if (!isSent) this.#world.fail(`I9: "${name}" has line ${line}, which nobody sent like that`);
      this.#hold(line, name);
    }
  }

  /** What a reader finds who comes now: the book is right, and with what no plan has taken yet it has every line. */
  #checkWhole(): void {
    const { lines } = checkBook(this.#bucket, this.#truth, (what) => this.#world.fail(what));
    const here = new Set(lines.map(({ id, text }) => keyOf(id, text)));
    for (const tail of this.#linesOf.values()) for (const line of tail) here.add(line);
    for (const line of this.#everIn.keys()) {
      if (!here.has(line)) this.#world.fail(`I1: line ${line} was in the archive, and is in none of its objects now`);
    }
  }

  /** A plan, or what became of it, may only be there after what became of the one before. */
  #checkOrder(name: string, folder: string, plan: number): void {
    if (plan === 1) return;
    const before = String(plan - 1).padStart(6, "0");
    const results = [`vault/v1/${folder}${before}.manifest.json`, `ctl/seal/${folder}${before}.json`];
    if (!results.some((result) => this.#bucket.objects.has(result))) {
      this.#world.fail(`I5: "${name}" is there before plan ${plan - 1} is complete`);
    }
  }

  #checkManifest(name: string, content: Buffer): void {
    const { outputs } = JSON.parse(content.toString()) as {
      readonly outputs: readonly { readonly lines: StoredName; readonly meta: StoredName }[];
    };
    for (const { lines, meta } of outputs) {
      for (const { name: object, sha256 } of [lines, meta]) {
        const stored = this.#bucket.objects.get(object)?.content;
        if (stored === undefined || hash("sha256", stored) !== sha256) {
          this.#world.fail(`I5: "${name}" names "${object}", which is not there as it says`);
          return;
        }
      }
      const ids = textLines(this.#bucket.read(meta.name)).map((text) => (JSON.parse(text) as { id: string }).id);
      const texts = textLines(this.#bucket.read(lines.name));
      for (const [index, id] of ids.entries()) this.#hold(keyOf(id, texts[index] ?? ""), lines.name);
    }
  }

  #checkDigest(name: string, sequence: number, isSignature: boolean): void {
    const before = String(sequence - 1).padStart(8, "0");
    const needed = isSignature ? name.replace(/sig$/, "json") : name.replace(/\d{8}\.json$/, `${before}.sig`);
    if (sequence === 1 && !isSignature) return;
    if (!this.#bucket.objects.has(needed)) this.#world.fail(`"${name}" is there before "${needed}"`);
  }

  #hold(line: string, name: string): void {
    for (const index of [this.#holders, this.#everIn]) index.set(line, (index.get(line) ?? new Set()).add(name));
  }

  #signedNames(): Set<string> {
    const names = new Set<string>();
    for (const name of this.#bucket.names(`vault/v1/${STREAM}/digest/`)) {
      if (!name.endsWith(".json") || !this.#bucket.objects.has(name.replace(/json$/, "sig"))) continue;
      const { objects } = JSON.parse(this.#bucket.read(name).toString()) as { readonly objects: readonly StoredName[] };
      for (const object of objects) names.add(object.name);
    }
    return names;
  }

  /** Those whose manifest is signed as well, and which are there. */
  #signedSegments(): Set<string> {
    const signed = this.#signedNames();
    const segments = new Set<string>();
    for (const name of signed) {
      if (!name.endsWith(".manifest.json")) continue;
      const { outputs } = JSON.parse(this.#bucket.read(name).toString()) as {
        readonly outputs: readonly { readonly lines: StoredName }[];
      };
      for (const { lines } of outputs) if (signed.has(lines.name)) segments.add(lines.name);
    }
    return segments;
  }
}

function keyOf(id: string, text: string): string {
  return `${id} ${text}`;
}

/** Id and text. */
function partsOf(key: string): readonly [string, string] {
  const at = key.indexOf(" ");
  return [key.slice(0, at), key.slice(at + 1)];
}

/** Whether its lines wait to be indexed. */
function markerOf(object: string): string {
  return `ctl/index/${object.slice("wal/".length)}.waiting`;
}
