import { hash } from "node:crypto";
import {
  type ByteRange,
  type Service,
  type ServiceAnswer,
  ServiceError,
  type ServiceRequest,
} from "../../src/backends/gcs/service.ts";
import { MINUTE_MS, SECOND_MS } from "../../src/core/units.ts";
import type { Machine } from "./machine.ts";
import type { World } from "./world.ts";

const TIMEOUT_MS = 45 * SECOND_MS;
const OBJECTS = "/storage/v1/b/bucket/o";

const WRITE_AHEAD = /^(?:wal|ctl\/index)\//;
/** Duty → names that its identity may create; docs/how-to/google-cloud.md grants the same. */
const MAY_CREATE = new Map([
  ["worker", WRITE_AHEAD],
  ["sealer", /^(?:vault\/v1|ctl\/(?:plan|seal|span))\//],
  ["signer", /^vault\/v1\//],
]);
/** The same of what it may remove. */
const MAY_REMOVE = new Map([["collector", WRITE_AHEAD]]);

interface StoredObject {
  readonly name: string;
  readonly content: Buffer;
  readonly createdAtMs: number;
  removedAtMs: number;
}

/** Who looks on while objects come and go. */
export interface BucketWatcher {
  created(name: string, content: Buffer): void;
  removed(name: string): void;
  /** Something that is there was replaced: no request of ours may do so. */
  overwritten(name: string): void;
}

/** Cloud Storage, as its documentation says: what is written is there at once, and may be overwritten by who asks for it. */
export class SimulatedBucket {
  readonly objects = new Map<string, StoredObject>();
  readonly #removed: StoredObject[] = [];
  readonly #world: World;
  readonly #pageSize: number;
  watcher: BucketWatcher | null = null;
  /** Until then it does nothing. */
  awayUntilMs = 0;

  constructor(world: World) {
    this.#world = world;
    this.#pageSize = world.pick([4, 1000, 1000, 1000, 1000]);
  }

  service(machine: Machine, signal?: AbortSignal): Service {
    return {
      send: (request) =>
        machine.request(
          {
            what: () => whatOf(request),
            noAnswer: () => unanswered(),
            service: this,
            refused: () => new ServiceError(this.#world.pick([429, 503]), "slow down", ""),
            timeoutMs: TIMEOUT_MS,
            signal,
          },
          () => this.#answer(request, machine.duty),
        ),
    };
  }

  read(name: string): Buffer {
    const found = this.objects.get(name);
    if (found === undefined) throw new Error(`${name} is not there`);
    return found.content;
  }

  /** In order. */
  names(prefix: string): string[] {
    return [...this.objects.keys()].filter((name) => name.startsWith(prefix)).toSorted();
  }

  #answer({ method, path, body, range }: ServiceRequest, duty: string): ServiceAnswer {
    if (path.startsWith("/upload")) return this.#upload(path, body ?? Buffer.alloc(0), duty);
    if (path.startsWith(`${OBJECTS}?`)) return this.#list(new URLSearchParams(path.slice(OBJECTS.length + 1)));
    const name = decodeURIComponent(path.slice(OBJECTS.length + 1).split("?")[0] ?? "");
    return method === "DELETE" ? this.#remove(name, duty) : this.#download(name, range);
  }

  #upload(path: string, body: Uint8Array, duty: string): ServiceAnswer {
    const { name, md5Hash, content } = partsOf(Buffer.from(body));
    if (MAY_CREATE.get(duty)?.test(name) !== true) throw forbidden("storage.objects.create", name);
    const stored = this.#world.chance(this.#world.faults.torn) ? damaged(content) : content;
    const md5 = hash("md5", stored, "base64");
    if (md5Hash !== undefined && md5Hash !== md5) {
      throw new ServiceError(400, "Provided MD5 hash does not match calculated MD5 hash", "invalid");
    }
    const isThere = this.objects.has(name);
    if (isThere && path.includes("ifGenerationMatch=0")) throw new ServiceError(412, "conditionNotMet", "");
    if (isThere) this.#watch((watcher) => watcher.overwritten(name));
    const createdAtMs = Math.floor(this.#world.schedule.nowMs);
    this.objects.set(name, { name, content: stored, createdAtMs, removedAtMs: Number.POSITIVE_INFINITY });
    this.#watch((watcher) => watcher.created(name, stored));
    return json({ name, md5Hash: md5 });
  }

  /** What a check throws must not look like an answer of the service. */
  #watch(look: (watcher: BucketWatcher) => void): void {
    try {
      if (this.watcher !== null) look(this.watcher);
    } catch (error) {
      this.#world.fail(`a check fails: ${String((error as Error).stack)}`);
    }
  }

  #download(name: string, range: ByteRange = { start: 0, end: Number.POSITIVE_INFINITY }): ServiceAnswer {
    const found = this.objects.get(name);
    if (found === undefined) throw new ServiceError(404, "No such object", "notFound");
    return { status: 206, body: Buffer.from(found.content.subarray(range.start, range.end)) };
  }

  #remove(name: string, duty: string): ServiceAnswer {
    if (MAY_REMOVE.get(duty)?.test(name) !== true) throw forbidden("storage.objects.delete", name);
    const found = this.objects.get(name);
    if (found === undefined) throw new ServiceError(404, "No such object", "notFound");
    this.objects.delete(name);
    found.removedAtMs = this.#world.schedule.nowMs;
    this.#removed.push(found);
    this.#watch((watcher) => watcher.removed(name));
    return { status: 204, body: Buffer.alloc(0) };
  }

  #list(query: URLSearchParams): ServiceAnswer {
    const prefix = query.get("prefix") ?? "";
    const after = query.get("pageToken") ?? "";
    const isStale = this.#world.chance(this.#world.faults.staleList);
    const asOfMs = this.#world.schedule.nowMs - (isStale ? MINUTE_MS * this.#world.random() : 0);
    const all = isStale ? [...this.objects.values(), ...this.#removed] : [...this.objects.values()];
    const found = all
      .filter(({ name, createdAtMs, removedAtMs }) => {
        return name.startsWith(prefix) && name > after && createdAtMs <= asOfMs && removedAtMs > asOfMs;
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const page = found.slice(0, this.#pageSize);
    return json({
      items: page.map(({ name, content, createdAtMs }) => {
        return { name, size: String(content.length), timeCreated: new Date(createdAtMs).toISOString() };
      }),
      ...(page.length < found.length ? { nextPageToken: page.at(-1)?.name } : {}),
    });
  }
}

function whatOf({ method, path, body }: ServiceRequest): string {
  if (path.startsWith("/upload")) return `create ${partsOf(Buffer.from(body ?? [])).name}`;
  if (path.startsWith(`${OBJECTS}?`))
    return `list ${new URLSearchParams(path.slice(OBJECTS.length + 1)).get("prefix")}`;
  const name = decodeURIComponent(path.slice(OBJECTS.length + 1).split("?")[0] ?? "");
  return `${method === "DELETE" ? "remove" : "read"} ${name}`;
}

const HEAD_END = "\r\n\r\n";

/** Of a multipart upload. */
function partsOf(body: Buffer): { name: string; md5Hash: string | undefined; content: Buffer } {
  const boundary = body.subarray(0, body.indexOf("\r\n"));
  const headAt = body.indexOf(HEAD_END) + HEAD_END.length;
  const headEnd = body.indexOf("\r\n", headAt);
  const contentAt = body.indexOf(HEAD_END, headEnd) + HEAD_END.length;
  const contentEnd = body.lastIndexOf(boundary) - "\r\n".length;
  const { name, md5Hash } = JSON.parse(body.toString("utf8", headAt, headEnd)) as { name: string; md5Hash?: string };
  return { name, md5Hash, content: body.subarray(contentAt, contentEnd) };
}

function damaged(content: Buffer): Buffer {
  const copy = Buffer.from(content);
  const middle = copy.length >> 1;
  if (copy.length > 0) copy[middle] = (copy[middle] ?? 0) ^ 1;
  return copy;
}

function json(value: unknown): ServiceAnswer {
  return { status: 200, body: Buffer.from(JSON.stringify(value)) };
}

function forbidden(permission: string, name: string): ServiceError {
  return new ServiceError(403, `no ${permission} access to ${name}`, "forbidden");
}

/** As `fetch` throws it. */
function unanswered(): Error {
  return new TypeError("fetch failed", { cause: Object.assign(new Error("reset"), { code: "ECONNRESET" }) });
}
