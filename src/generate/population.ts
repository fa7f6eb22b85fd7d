import { hash } from "node:crypto";
import type { Chance } from "./chance.ts";

export interface Group {
  /** Path of a root namespace. */
  readonly path: string;
  readonly plan: string;
}

export interface Project {
  readonly id: number;
  readonly name: string;
  /** `group/name`. */
  readonly path: string;
  readonly group: Group;
  readonly isPublic: boolean;
  /** Where its repository lies: by the hash of its number, so that no path tells a name. */
  readonly diskPath: string;
}

export interface User {
  readonly id: number;
  readonly name: string;
  readonly address: string;
  readonly agent: string;
  /** Agent of the user's Git. */
  readonly git: string;
  readonly keyId: number;
  /** Where the user works; the first is the favourite. */
  readonly projects: readonly Project[];
  /** Acts at all hours, over midnight too; a bot does nothing else. */
  readonly isNightOwl: boolean;
  readonly isBot: boolean;
}

export interface Runner {
  readonly id: number;
  readonly address: string;
  readonly project: Project;
}

/** Who is on the instance. */
export interface Population {
  readonly projects: readonly Project[];
  readonly users: readonly User[];
  readonly runners: readonly Runner[];
}

const PLANS = ["free", "free", "free", "bronze", "silver", "silver", "gold"] as const;
const NAMES = "alice bob carol dan erin frank grace heidi ivan judy mallory niaj olivia peggy rupert sybil".split(" ");
const GROUP_NAMES = "acme globex initech umbrella hooli stark wayne soylent tyrell cyberdyne".split(" ");
const PROJECT_NAMES = "widgets portal gadgets billing deploy docs infra mobile search website".split(" ");
const BROWSERS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/87.0.4280.88 Safari/537.36",
  "Mozilla/5.0 (X11; Linux x86_64; rv:84.0) Gecko/20100101 Firefox/84.0",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/14.0 Safari/605.1.15",
];

const GITS = ["git/2.17.1", "git/2.24.3 (Apple Git-128)", "git/2.28.0", "git/2.29.2.windows.2"];

const FIRST_USER_ID = 101;
const FIRST_PROJECT_ID = 278_964;
const FIRST_PERSONAL_PROJECT_ID = 900_001;
const FIRST_RUNNER_ID = 5501;
const USERS_PER_BOT = 25;
const USERS_PER_GROUP = 6;
const PROJECTS_PER_GROUP = 3;
const USERS_PER_RUNNER = 8;
const MOST_PROJECTS_OF_A_USER = 4;

/** So many users, and the groups, projects and runners that they need. */
export function createPopulation(chance: Chance, userCount: number): Population {
  const groups = Array.from({ length: Math.ceil(userCount / USERS_PER_GROUP) }, (_, index): Group => {
    return { path: `${nameOf(GROUP_NAMES, index)}-group`, plan: chance.pick(PLANS) };
  });
  const projects = groups.flatMap((group, place) =>
    Array.from({ length: PROJECTS_PER_GROUP }, (_, index) =>
      createProject(chance, group, place * PROJECTS_PER_GROUP + index),
    ),
  );
  const users = Array.from({ length: userCount }, (_, index) => createUser(chance, index, projects));
  const runners = Array.from({ length: Math.ceil(userCount / USERS_PER_RUNNER) }, (_, index): Runner => {
    return { id: FIRST_RUNNER_ID + index, address: addressOf("198.19", index), project: chance.pick(projects) };
  });
  return { projects, users, runners };
}

/** `acme`, and `acme2` when the names are used up. */
function nameOf(names: readonly string[], index: number): string {
  const round = Math.floor(index / names.length);
  return `${names[index % names.length]}${round === 0 ? "" : round + 1}`;
}

function createProject(chance: Chance, group: Group, index: number): Project {
  return projectIn(group, FIRST_PROJECT_ID + index, nameOf(PROJECT_NAMES, index), chance.share(0.3));
}

function projectIn(group: Group, id: number, name: string, isPublic: boolean): Project {
  const digits = hash("sha256", String(id), "hex");
  const diskPath = `@hashed/${digits.slice(0, 2)}/${digits.slice(2, 4)}/${digits}.git`;
  return { id, name, path: `${group.path}/${name}`, group, isPublic, diskPath };
}

function createUser(chance: Chance, index: number, projects: readonly Project[]): User {
  const name = nameOf(NAMES, index);
  const isBot = index % USERS_PER_BOT === USERS_PER_BOT - 1;
  const count = 1 + chance.below(MOST_PROJECTS_OF_A_USER);
  const shared = Array.from({ length: count }, () => projects[chance.skewed(projects.length)] as Project);
  return {
    id: FIRST_USER_ID + index,
    name,
    address: addressOf("198.18", index),
    agent: isBot ? "python-requests/2.24.0" : chance.pick(BROWSERS),
    git: chance.pick(GITS),
    keyId: 1 + 7 * index,
    projects: chance.share(0.2) ? [...shared, personalProject(name, index)] : shared,
    isNightOwl: isBot || chance.share(0.2),
    isBot,
  };
}

/** A project in the user's own namespace, whose group is the user's name. */
function personalProject(owner: string, index: number): Project {
  return projectIn({ path: owner, plan: "free" }, FIRST_PERSONAL_PROJECT_ID + index, "dotfiles", true);
}

/** In the block that is set apart for benchmarks: nobody's addresses. */
function addressOf(block: string, index: number): string {
  return `${block}.${(index >> 8) & 255}.${index & 255}`;
}
