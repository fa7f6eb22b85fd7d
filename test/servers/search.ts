import { setTimeout as sleep } from "node:timers/promises";

/** What a test reads from Elasticsearch, without the program. */
const PAGE = 1000;
const UNAVAILABLE = 503;
const MOST_TRIES = 100;
const RETRY_MS = 100;

/** A document as it is stored. */
export interface Hit {
  readonly index: string;
  readonly id: string;
  readonly source: Readonly<Record<string, unknown>> & {
    readonly archive: { readonly id: string; readonly lane: string };
  };
}

interface SearchAnswer {
  readonly hits: {
    readonly hits: readonly {
      readonly _index: string;
      readonly _id: string;
      readonly _source: Hit["source"];
      readonly sort: readonly unknown[];
    }[];
  };
}

/** Every document of the indices that match the pattern, in order of ids. */
export async function documentsOf(url: string, pattern: string): Promise<Hit[]> {
  await post(`${url}/${pattern}/_refresh`);
  const found: Hit[] = [];
  for (let after: readonly unknown[] | null = null; ; ) {
    const body = { size: PAGE, sort: ["archive.id"], ...(after === null ? {} : { search_after: after }) };
    const answer = (await post(`${url}/${pattern}/_search?ignore_unavailable=true`, body)) as SearchAnswer;
    const { hits } = answer.hits;
    found.push(...hits.map(({ _index: index, _id: id, _source: source }) => ({ index, id, source })));
    if (hits.length < PAGE) return found;
    after = hits.at(-1)?.sort ?? null;
  }
}

export async function countOf(url: string, pattern: string): Promise<number> {
  await post(`${url}/${pattern}/_refresh`);
  const answer = await post(`${url}/${pattern}/_count?ignore_unavailable=true`, { query: { match_all: {} } });
  return (answer as { count: number }).count;
}

async function post(url: string, body?: unknown): Promise<unknown> {
  const json = { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  for (let triesLeft = MOST_TRIES; ; triesLeft -= 1) {
    const answer = await fetch(url, { method: "POST", ...(body === undefined ? {} : json) });
    if (answer.ok) return answer.json();
    // The shards of an index that was just made are on their way.
    if (answer.status !== UNAVAILABLE || triesLeft === 0)
      throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
    await sleep(RETRY_MS);
  }
}
