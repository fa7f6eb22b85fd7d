/**
 * Makes fixtures/demo/december-2020.ndjson.zst, the traffic of `npm start`: four weeks of a small instance, each action
 * leaving the lines of one of the scenarios in fixtures/samples, as FluentD would send them. Seeded, so that running
 * it again changes nothing: `node scripts/demo-traffic.ts`.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { constants, zstdCompressSync } from "node:zlib";

const ROOT = new URL("../", import.meta.url);
const SAMPLES = new URL("fixtures/samples/", ROOT);
const OUTPUT = new URL("fixtures/demo/december-2020.ndjson.zst", ROOT);

const FIRST_DAY_MS = Date.UTC(2020, 10, 26);
const DAYS = 28;
const DAY_MS = 86_400_000;
const LEVEL = 19;

/** How often an action is done, relative to the others, and the tag where its file does not say. */
const ACTIONS = [
  { file: "scenario_http_push", weight: 6, tag: null },
  { file: "scenario_ssh_push", weight: 10, tag: null },
  { file: "scenario_ssh_push_rejected", weight: 1, tag: null },
  { file: "scenario_web_commit", weight: 5, tag: null },
  { file: "scenario_http_clone_v2", weight: 12, tag: null },
  { file: "scenario_graphql_multiplex", weight: 14, tag: null },
  { file: "production_json", weight: 20, tag: "rails.production" },
  { file: "api_json", weight: 16, tag: "rails.api" },
] as const;

const GROUPS = [
  { group: "acme-group", plan: "gold", projects: ["widgets", "gadgets"], users: ["alice", "bob", "carol", "dan"] },
  { group: "globex", plan: "premium", projects: ["portal"], users: ["erin", "frank", "grace"] },
  { group: "initech", plan: "free", projects: ["tps", "stapler"], users: ["heidi", "ivan"] },
] as const;

type JsonRecord = Record<string, unknown>;

/** mulberry32: small, seeded, and good enough for a demonstration. */
function createChance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const chance = createChance(20201223);

function pick<Item>(items: readonly Item[]): Item {
  const item = items[Math.floor(chance() * items.length)];
  if (item === undefined) throw new Error("pick from an empty list");
  return item;
}

function pickAction(): (typeof ACTIONS)[number] {
  let left = chance() * ACTIONS.reduce((sum, { weight }) => sum + weight, 0);
  return ACTIONS.find(({ weight }) => (left -= weight) < 0) ?? ACTIONS[0];
}

/** The lines of one action: all of a scenario, or one of a sample file. */
function templateLines({ file, tag }: (typeof ACTIONS)[number]): JsonRecord[] {
  const lines = readFileSync(new URL(`${file}.ndjson`, SAMPLES), "utf8")
    .trim()
    .split("\n");
  if (tag !== null) return [{ ...(JSON.parse(pick(lines)) as JsonRecord), tag }];
  return lines.map((line) => {
    const { _src, record } = JSON.parse(line) as { _src: string; record: JsonRecord };
    return { ...record, tag: _src };
  });
}

/** The action as another user does it, in another project, at another time. */
function retell(lines: readonly JsonRecord[], startMs: number, actionNumber: number): string[] {
  const { group, plan, projects, users } = pick(GROUPS);
  const user = pick(users);
  const userId = String(101 + GROUPS.flatMap((each) => each.users as readonly string[]).indexOf(user));
  const project = pick(projects);
  const firstMs = Math.min(...lines.map(({ time }) => Date.parse(String(time))));
  return lines.map((line, index) => {
    const moved = new Date(startMs + Date.parse(String(line["time"])) - firstMs).toISOString();
    const text = JSON.stringify({ ...line, time: moved, environment: "gprd", fqdn: `node-${index % 3}.example.com` });
    const words: readonly (readonly [RegExp, string])[] = [
      [/acme-group/g, group],
      [/widgets/g, project],
      [/\balice\b|\bbob\b|\broot\b/g, user],
      [/\b10[12]\b/g, userId],
      [/"(gold|premium)"/g, `"${plan}"`],
      [/("correlation_id":"|"jid":")[^"]*/g, `$1${actionNumber.toString(36).padStart(11, "0")}`],
      [/203\.0\.113\.\d+/g, `203.0.113.${userId.slice(1)}`],
    ];
    return words.reduce((told, [word, by]) => told.replace(word, by), text);
  });
}

function day(number: number): string[] {
  const startMs = FIRST_DAY_MS + number * DAY_MS;
  const isWeekend = [0, 6].includes(new Date(startMs).getUTCDay());
  const actions = Math.floor((isWeekend ? 12 : 40) + chance() * 20);
  const timesMs = Array.from({ length: actions }, () => startMs + Math.floor((7 + chance() * 12) * 3_600_000));
  return timesMs
    .toSorted((a, b) => a - b)
    .flatMap((timeMs, index) => retell(templateLines(pickAction()), timeMs, number * 1000 + index));
}

const lines = Array.from({ length: DAYS }, (_, number) => day(number)).flat();
// What every real log holds as well: a line that is no JSON, one that was cut, one that came twice.
const [first = "", second = ""] = lines;
const mess = ["I, [2020-12-23T08:00:00.000000 #1]  INFO -- : not json", second.slice(0, 200), first, first];
const text = `${[...lines, ...mess].join("\n")}\n`;
mkdirSync(new URL(".", OUTPUT), { recursive: true });
writeFileSync(OUTPUT, zstdCompressSync(text, { params: { [constants.ZSTD_c_compressionLevel]: LEVEL } }));
process.stdout.write(`${lines.length + mess.length} lines, ${text.length} bytes\n`);
