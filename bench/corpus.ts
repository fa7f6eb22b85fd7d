/**
 * Goal: a file of lines as GitLab writes them, the same bytes for the same seed and number of lines.
 * Method: the shapes of `gitlab-lines.ts` filled by dice; about 1.27 kB a line, users and projects skewed, times rising
 * over six hours.
 */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HOUR_MS, MIB } from "../src/core/units.ts";
import { type Dice, type Request, SHAPES } from "./gitlab-lines.ts";

const SEED = 1;
const FIRST_MS = Date.UTC(2020, 11, 22, 6);
const SPAN_MS = 6 * HOUR_MS;
const PROJECTS = 4000;
const GROUPS = 400;
const USERS = 20_000;
const PLANS = ["free", "free", "free", "bronze", "silver", "silver", "gold"];
const AGENTS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/87.0.4280.88 Safari/537.36",
  "Mozilla/5.0 (X11; Linux x86_64; rv:84.0) Gecko/20100101 Firefox/84.0",
  "python-requests/2.24.0",
];

/** Path of a file of so many lines in `folder`; it is written unless it is there. */
export function corpusFile(folder: string, lines: number): string {
  const path = join(folder, `gitlab-${lines}-seed-${SEED}.ndjson`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const dice = createDice(SEED);
  const file = openSync(`${path}.tmp`, "w");
  let text = "";
  for (let index = 0; index < lines; index += 1) {
    const timeMs = FIRST_MS + Math.floor((index / lines) * SPAN_MS);
    const shape = dice.pick(SHAPES);
    text += `${JSON.stringify(shape(dice, request(dice, index, timeMs)))}\n`;
    if (text.length < MIB && index < lines - 1) continue;
    writeFileSync(file, text);
    text = "";
  }
  closeSync(file);
  renameSync(`${path}.tmp`, path);
  return path;
}

/** Numbers by mulberry32. */
function createDice(seed: number): Dice {
  let state = seed;
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const skewed = (limit: number): number => Math.floor(limit * random() ** 4);
  return {
    below: (limit) => Math.floor(limit * random()),
    skewed,
    pick: (items) => items[Math.floor(items.length * random())] as (typeof items)[number],
    seconds: (most) => Math.round(most * random() ** 2 * 1e5) / 1e5,
  };
}

function request(dice: Dice, index: number, timeMs: number): Request {
  const projectId = dice.skewed(PROJECTS);
  const number = projectId % GROUPS;
  const group = `group-${number}`;
  // Like a ULID. The number of the line keeps it from coming twice.
  const digits = [index, dice.below(2 ** 32), dice.below(2 ** 32)].map((part) => part.toString(32).padStart(7, "0"));
  return {
    time: new Date(timeMs).toISOString(),
    correlationId: `01ET4${digits.join("").toUpperCase()}`,
    user: dice.skewed(USERS),
    projectId,
    group,
    project: `${group}/project-${projectId}`,
    plan: PLANS[number % PLANS.length] ?? "free",
    ip: `198.51.${dice.below(100)}.${dice.below(256)}`,
    agent: dice.pick(AGENTS),
  };
}
