import { type Cluster, ClusterError } from "../../src/backends/elasticsearch/cluster.ts";
import { INDEX_FIELDS } from "../../src/backends/elasticsearch/cluster-fields.ts";
import { SECOND_MS } from "../../src/core/units.ts";
import type { Machine } from "./machine.ts";
import type { World } from "./world.ts";

const TIMEOUT_MS = 30 * SECOND_MS;
/** A document with this text never fits the mapping. */
export const UNMAPPABLE = "unmappable";

interface Answer {
  readonly create: {
    readonly status: number;
    readonly error?: { readonly type: string; readonly reason: string };
  };
}

/** Elasticsearch, as far as bulk requests go. */
export class SimulatedCluster {
  /** Index → id → document. */
  readonly indices = new Map<string, Map<string, string>>();
  /** Until then it takes nothing. */
  awayUntilMs = 0;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** True where the id is in any index. */
  has(id: string): boolean {
    return this.indices.values().some((documents) => documents.has(id));
  }

  client(machine: Machine): Cluster {
    return {
      name: "cluster",
      fields: INDEX_FIELDS,
      send: ({ body }, signal) =>
        machine.request(
          {
            what: () => "bulk",
            noAnswer: () => new ClusterError("away", null, "", "no answer in time"),
            service: this,
            refused: () => new ClusterError("refused", this.#world.pick([429, 503]), "busy", "too many requests"),
            timeoutMs: TIMEOUT_MS,
            signal,
          },
          () => this.#bulk(Buffer.isBuffer(body) ? body.toString() : ""),
        ),
      close: () => Promise.resolve(),
    };
  }

  #bulk(body: string): { readonly items: readonly Answer[] } {
    const lines = body.split("\n");
    const items: Answer[] = [];
    for (let at = 0; at + 1 < lines.length; at += 2) {
      const action = JSON.parse(lines[at] ?? "") as { create?: Target; index?: Target };
      items.push({ create: this.#store(action, lines[at + 1] ?? "") });
    }
    return { items };
  }

  #store({ create, index }: { create?: Target; index?: Target }, source: string): Answer["create"] {
    const target = create ?? index;
    if (target === undefined) throw new Error(`a bulk request without create: ${source}`);
    if (this.#world.chance(this.#world.faults.partialBulk)) {
      return { status: 429, error: { type: "es_rejected_execution_exception", reason: "queue full" } };
    }
    const documents = this.indices.get(target._index) ?? new Map<string, string>();
    this.indices.set(target._index, documents);
    if (create !== undefined && documents.has(target._id)) {
      return { status: 409, error: { type: "version_conflict_engine_exception", reason: "it is there" } };
    }
    if (!target._index.includes("quarantine") && source.includes(UNMAPPABLE)) {
      return { status: 400, error: { type: "document_parsing_exception", reason: "failed to parse" } };
    }
    documents.set(target._id, source);
    return { status: 201 };
  }
}

interface Target {
  readonly _index: string;
  readonly _id: string;
}
