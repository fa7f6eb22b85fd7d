/**
 * Goal: whatever a writer, a rotation and a crash do in whatever order, the archive holds each line that was written,
 * with the one id that it has when its file is read at once.
 * Method: random steps on real files. The steps keep to what a follower can know: a file was looked at once before it is
 * rotated, and something of it was archived before it is truncated, as rotations are hours apart and looks a second.
 */
import { existsSync } from "node:fs";
import { appendFile, copyFile, mkdir, readdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Fill, lineChunks } from "../../src/backends/files/line-chunks.ts";
import { type Archived, Follower, linesOf } from "./follower.ts";
import { tempFolder } from "./temp-folder.ts";

const QUIET_MS = 20_000;
/** LOGTALLY_TEST_FOLLOW_RUNS=5000 looks longer. */
const RUNS = Number(process.env["LOGTALLY_TEST_FOLLOW_RUNS"] ?? 40);
const LIMITS = { chunkBytes: 64, maxPieceBytes: 1024 };

/** A line in two parts, of which each is like no other. */
function partsOf(kind: number, n: number): readonly [string, string] {
  if (kind === 0) return [`${n}:plain`, `:end${n}`];
  if (kind === 1) return [`\n\n${n}:behind empty lines`, `:end${n}`];
  if (kind === 2) return [`{"time":"2020-09-14T00:00:01Z","n":${n}`, `,"m":${n}}`];
  return [`{"time":"2020-09-14T00:00:01.5Z","correlation_id":"c${n}"`, `,"n":${n}}`];
}

async function compress(path: string): Promise<void> {
  await writeFile(`${path}.gz`, gzipSync(await readFile(path)));
  await rm(path);
}

/** A log as its writer and whoever rotates it see it, and a follower that may die. */
class World {
  readonly #folder: string;
  readonly #log: string;
  /** Where the writer writes: its file may have another name by now. */
  #path: string;
  #follower: Follower | null = null;
  readonly #told: string[] = [];
  readonly archived: Archived = new Map();
  readonly written = new Set<string>();
  /** The part of a line that has no end yet. */
  #half: { readonly text: string; readonly rest: string } | null = null;
  #lines = 0;
  #rotations = 0;
  /** What was done with the current file since it is there, or was truncated. */
  #isLookedAt = false;
  readonly #linesOfFile = new Set<string>();
  #isArchived = false;

  constructor(folder: string) {
    this.#folder = folder;
    this.#log = join(folder, "a.log");
    this.#path = this.#log;
  }

  async #process(): Promise<Follower> {
    const place = { named: [join(this.#folder, "*.log")], state: join(this.#folder, "../state") };
    this.#follower ??= await Follower.start({ ...place, limits: LIMITS, maxOpen: 2 });
    return this.#follower;
  }

  async append(kinds: readonly number[], leavesHalf: boolean): Promise<void> {
    let text = this.#ended();
    for (const kind of kinds) {
      const [first, rest] = partsOf(kind, this.#lines);
      this.#lines += 1;
      text += `${first}${rest}\n`;
      this.#add(`${first}${rest}`.trim());
    }
    if (leavesHalf) {
      const [first, rest] = partsOf(0, this.#lines);
      this.#lines += 1;
      text += first;
      this.#half = { text: first, rest };
    }
    await appendFile(this.#path, text);
  }

  async read(most: number): Promise<void> {
    await (await this.#process()).read(most === 0 ? undefined : most);
    this.#isLookedAt = existsSync(this.#path);
  }

  /** The last ones may have come while the batch before them was written. */
  async commit(acks: boolean, allBut = 0): Promise<void> {
    if (this.#follower === null) return;
    const count = Math.max(0, this.#follower.inHand.length - allBut);
    this.#follower.commit(this.archived, count);
    if (!acks) return;
    const lines = this.#follower.inHand.slice(0, count).flatMap((taken) => taken.lines);
    if (lines.some(({ text }) => this.#linesOfFile.has(text))) this.#isArchived = true;
    await this.#follower.ack(count);
  }

  async crash(): Promise<void> {
    if (this.#follower === null) return;
    this.#told.push(...this.#follower.told);
    await this.#follower.end();
    this.#follower = null;
  }

  /** The writer goes on in the file under its new name until `reopen`. */
  async rename(): Promise<void> {
    if (this.#path !== this.#log) return this.reopen();
    if (!this.#isLookedAt) await this.read(0);
    if (!this.#isLookedAt) return;
    this.#path = this.#rotated();
    await rename(this.#log, this.#path);
  }

  async reopen(compresses = false): Promise<void> {
    if (this.#path === this.#log) return;
    this.#leaveHalf();
    if (compresses && this.#isArchived) await compress(this.#path);
    this.#path = this.#log;
    this.#begin();
  }

  async truncate(compresses: boolean): Promise<void> {
    if (this.#path !== this.#log || this.#lines === 0) return;
    if (!this.#isArchived) {
      // At least one whole line of this file.
      await this.append([0], false);
      await this.read(0);
      await this.commit(true);
    }
    const copy = this.#rotated();
    await copyFile(this.#log, copy);
    await truncate(this.#log);
    if (compresses) await compress(copy);
    if (this.#half !== null) {
      this.#add(this.#half.text);
      // What the writer adds to it stands alone in the truncated file.
      this.#half = { text: "", rest: this.#half.rest };
    }
    this.#begin();
  }

  async end(): Promise<readonly string[]> {
    if (this.#path === this.#log) await appendFile(this.#path, this.#ended());
    else this.#leaveHalf();
    const follower = await this.#process();
    follower.skewMs = QUIET_MS;
    await this.read(0);
    await this.commit(true);
    await this.crash();
    return this.#told;
  }

  /** Line → id, of all files as they lie there now. */
  async wholeIds(): Promise<Map<string, string>> {
    const ids = new Map<string, string>();
    for (const name of await readdir(this.#folder)) {
      const stored = await readFile(join(this.#folder, name));
      const content = name.endsWith(".gz") ? gunzipSync(stored) : stored;
      let read = 0;
      const fill: Fill = (buffer, at) => {
        const count = content.copy(buffer, at, read);
        read += count;
        return Promise.resolve(count);
      };
      for await (const chunk of lineChunks(fill)) for (const { text, id } of linesOf(chunk)) ids.set(text, id);
    }
    return ids;
  }

  /** What ends the line that was begun. */
  #ended(): string {
    const half = this.#half;
    this.#half = null;
    if (half === null) return "";
    this.#add(half.text + half.rest);
    return `${half.rest}\n`;
  }

  #add(line: string): void {
    if (line === "") return;
    this.written.add(line);
    this.#linesOfFile.add(line);
  }

  #leaveHalf(): void {
    if (this.#half !== null) this.#add(this.#half.text);
    this.#half = null;
  }

  #rotated(): string {
    this.#rotations += 1;
    return `${this.#log}.${this.#rotations}`;
  }

  #begin(): void {
    this.#isLookedAt = false;
    this.#isArchived = false;
    this.#linesOfFile.clear();
  }
}

type Step = (world: World) => void | Promise<void>;
/** A step with its name, so that a failure can be read. */
const step = (name: string, run: Step) => Object.assign(run, { toString: () => name });

const kinds = fc.array(fc.nat(3), { maxLength: 3 });
const steps = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(kinds, fc.boolean())
      .map(([k, h]) => step(`append ${k.join()} ${String(h)}`, (w) => w.append(k, h))),
  },
  { weight: 4, arbitrary: fc.nat(4).map((most) => step(`read ${most}`, (world) => world.read(most))) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.boolean(), fc.nat(2))
      .map(([acks, but]) => step(`commit ${String(acks)} ${but}`, (w) => w.commit(acks, but))),
  },
  { weight: 2, arbitrary: fc.constant(step("crash", (world) => world.crash())) },
  { weight: 2, arbitrary: fc.constant(step("rename", (world) => world.rename())) },
  { weight: 2, arbitrary: fc.boolean().map((gz) => step(`reopen ${String(gz)}`, (world) => world.reopen(gz))) },
  { weight: 2, arbitrary: fc.boolean().map((gz) => step(`truncate ${String(gz)}`, (world) => world.truncate(gz))) },
);

it("holds each line once, whatever happens", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 40 }), async (run) => {
      const folder = join(await tempFolder(), "logs");
      await mkdir(folder);
      const world = new World(folder);
      try {
        for (const each of run) await each(world);
        const told = await world.end();
        const held = [...world.archived.keys()];
        expect(held.sort()).toEqual([...world.written].sort());
        const whole = await world.wholeIds();
        for (const [text, ids] of world.archived) expect([...ids]).toEqual([whole.get(text)]);
        expect(told.filter((message) => !message.includes("no plain file yet"))).toEqual([]);
      } finally {
        await world.crash();
      }
    }),
    { numRuns: RUNS },
  );
});
