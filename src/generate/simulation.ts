import { DAY_MS, MINUTE_MS, SECOND_MS } from "../core/units.ts";
import type { Action, Actor } from "./actions/actor.ts";
import { fetchByHttp, fetchBySsh } from "./actions/git-fetch.ts";
import { pushByHttp, pushBySsh } from "./actions/git-push.ts";
import { graphqlRequest } from "./actions/graphql-request.ts";
import { login, logout } from "./actions/login.ts";
import { makeNoise } from "./actions/noise.ts";
import { cableSubscription, commitInBrowser, railsRequest } from "./actions/rails-request.ts";
import { commitByApi, restRequest, strayRequest } from "./actions/rest-request.ts";
import { pollForJobs, verifyRunner } from "./actions/runner-request.ts";
import { createAgenda } from "./agenda.ts";
import { firstActMs, nextActMs } from "./calendar.ts";
import { type Chance, createChance } from "./chance.ts";
import type { LeftLine } from "./left-line.ts";
import { createPopulation, type Population, type Runner, type User } from "./population.ts";
import type { Scene } from "./scene.ts";

export interface SimulationOptions {
  /** The same seed gives the same lines. */
  readonly seed: number;
  readonly users: number;
  /** When it begins, in milliseconds since 1970. */
  readonly fromMs: number;
  /** When it ends; infinity: never. */
  readonly untilMs: number;
  /** Lines that come in a second, evenly; null: as many as people leave when they act naturally. */
  readonly linesPerSecond: number | null;
}

/** What people do, and how often. */
const USER_ACTIONS: readonly { readonly act: Action; readonly weight: number }[] = [
  { act: railsRequest, weight: 44 },
  { act: graphqlRequest, weight: 14 },
  { act: restRequest, weight: 10 },
  { act: pushBySsh, weight: 4 },
  { act: pushByHttp, weight: 3 },
  { act: fetchBySsh, weight: 4 },
  { act: fetchByHttp, weight: 5 },
  { act: commitInBrowser, weight: 3 },
  { act: cableSubscription, weight: 4 },
  { act: login, weight: 2 },
  { act: logout, weight: 1 },
];

/** What programs do that people have written. */
const BOT_ACTIONS: readonly { readonly act: Action; readonly weight: number }[] = [
  { act: restRequest, weight: 60 },
  { act: strayRequest, weight: 2 },
  { act: graphqlRequest, weight: 10 },
  { act: fetchByHttp, weight: 18 },
  { act: pushByHttp, weight: 5 },
  { act: commitByApi, weight: 5 },
];

/** What people look at before they log in, and what deploy keys fetch. */
const VISITOR_ACTIONS: readonly Action[] = [railsRequest, restRequest, fetchByHttp, graphqlRequest];
const DEPLOY_KEY_ACTIONS: readonly Action[] = [fetchBySsh, fetchBySsh, pushBySsh];

const EVER = Number.POSITIVE_INFINITY;
const POLL_MS = 2 * MINUTE_MS;
const NOISE_MS = 100 * SECOND_MS;
const USERS_PER_NOISE = 10;

/** Lines that a user's day brings, those of runners and of the instance itself included: measured, and rounded. */
const LINES_PER_USER_DAY = 820;

/** How many users leave so many lines a second when they act naturally. */
export function naturalUsers(linesPerSecond: number): number {
  return Math.ceil((linesPerSecond * DAY_MS) / SECOND_MS / LINES_PER_USER_DAY);
}

/** One who acts again and again. */
interface Player {
  act(scene: Scene, timeMs: number): void;
  firstMs(chance: Chance, fromMs: number): number;
  nextMs(chance: Chance, timeMs: number): number;
}

/**
 * A GitLab instance, simulated: users, bots, runners and the instance itself act one after the other in time, and each
 * act yields the lines that all components leave. Lines of one act may lie a few seconds behind the next act's.
 */
export function* simulate(options: SimulationOptions): Generator<readonly LeftLine[]> {
  const { fromMs, untilMs, linesPerSecond } = options;
  const chance = createChance(options.seed);
  const population = createPopulation(chance, options.users);
  let lines = 0;
  let left: LeftLine[] = [];
  let requests = 0;
  const scene: Scene = {
    chance,
    requestId() {
      requests += 1;
      // An odd factor meets each number once: ids differ, and look like chance.
      const number = Math.imul(requests, 0x9e3779b1) >>> 0;
      return number.toString(36).padStart(7, "0") + chance.digits(4);
    },
    leave(tag, timeMs, { members, carried }, deeds = []) {
      left.push({ tag, timeMs, members, carried, deeds });
    },
  };
  const agenda = createAgenda<Player>();
  for (const player of playersOf(population)) agenda.add(player.firstMs(chance, fromMs), player);
  for (let entry = agenda.next(EVER); entry !== null; entry = agenda.next(EVER)) {
    // Where the pace is given only the pauses change: what belongs to one act stays as it is.
    const timeMs = linesPerSecond === null ? entry.at : fromMs + Math.floor((lines * SECOND_MS) / linesPerSecond);
    if (timeMs >= untilMs) return;
    left = [];
    entry.item.act(scene, timeMs);
    lines += left.length;
    yield left;
    agenda.add(entry.item.nextMs(chance, entry.at), entry.item);
  }
}

function playersOf({ users, runners, projects }: Population): readonly Player[] {
  const machines = Array.from({ length: Math.ceil(users.length / USERS_PER_NOISE) }, (): Player => {
    return machine(NOISE_MS, (scene, timeMs) => makeNoise(scene, scene.chance.pick(projects), timeMs));
  });
  return [...users.map(person), ...runners.map(runnerPlayer), ...machines];
}

function person(user: User): Player {
  return {
    act: (scene, timeMs) => actAs(user, scene, timeMs),
    firstMs: (chance, fromMs) => firstActMs(chance, user, fromMs),
    nextMs: (chance, timeMs) => nextActMs(chance, user, timeMs),
  };
}

function actAs(user: User, scene: Scene, timeMs: number): void {
  const { chance } = scene;
  const project = user.projects[chance.skewed(user.projects.length)] ?? chance.pick(user.projects);
  const actor: Actor = { user, project, address: user.address, agent: user.agent };
  if (user.isBot) return chance.weighted(BOT_ACTIONS).act(scene, actor, timeMs);
  // Some come without being logged in, or as a machine with a key of its own.
  if (chance.share(0.04)) return chance.pick(VISITOR_ACTIONS)(scene, { ...actor, user: null }, timeMs);
  if (chance.share(0.02)) return chance.pick(DEPLOY_KEY_ACTIONS)(scene, { ...actor, user: null }, timeMs);
  return chance.weighted(USER_ACTIONS).act(scene, actor, timeMs);
}

function runnerPlayer(runner: Runner): Player {
  return machine(POLL_MS, (scene, timeMs) => {
    if (scene.chance.share(0.02)) verifyRunner(scene, runner, timeMs);
    else pollForJobs(scene, runner, timeMs);
  });
}

function machine(pauseMs: number, act: Player["act"]): Player {
  return {
    act,
    firstMs: (chance, fromMs) => fromMs + chance.below(pauseMs),
    nextMs: (chance, timeMs) => timeMs + Math.ceil(chance.around(pauseMs)),
  };
}
