/**
 * The scripted server in a process of its own, so that it takes no time of whoever measures or tests. Started as a
 * program it serves until its parent leaves; every method is a message each way.
 */
import { fork } from "node:child_process";
import { type ScriptedPubsub, type ScriptedPubsubOptions, startScriptedPubsub } from "./scripted-pubsub.ts";

type Method = {
  [Name in keyof ScriptedPubsub]: ScriptedPubsub[Name] extends string ? never : Name;
}[keyof ScriptedPubsub];

interface Request {
  readonly id: number;
  readonly method: Method;
  readonly parameters: readonly unknown[];
}

interface Reply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

interface Place {
  readonly host: string;
  readonly subscription: string;
}

export async function forkScriptedPubsub(options: Partial<ScriptedPubsubOptions> = {}): Promise<ScriptedPubsub> {
  const child = fork(import.meta.filename, [JSON.stringify(options)], { execArgv: [] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const pending = new Map<number, PromiseWithResolvers<unknown>>();
  const place = Promise.withResolvers<Place>();
  child.on("message", (message: Reply | Place) => {
    if ("host" in message) return place.resolve(message);
    const call = pending.get(message.id);
    pending.delete(message.id);
    if (message.error === undefined) call?.resolve(message.result);
    else call?.reject(new Error(message.error));
  });
  void ended.then(() => {
    const gone = new Error("the scripted server has ended");
    place.reject(gone);
    for (const call of pending.values()) call.reject(gone);
  });
  let calls = 0;
  const remote =
    <Name extends Method>(method: Name) =>
    (...parameters: Parameters<ScriptedPubsub[Name]>): ReturnType<ScriptedPubsub[Name]> => {
      calls += 1;
      const call = Promise.withResolvers<unknown>();
      pending.set(calls, call);
      child.send({ id: calls, method, parameters } satisfies Request, (error) => {
        if (error !== null) call.reject(error);
      });
      return call.promise as ReturnType<ScriptedPubsub[Name]>;
    };
  return {
    ...(await place.promise),
    publishFile: remote("publishFile"),
    fail: remote("fail"),
    silence: remote("silence"),
    putForward: remote("putForward"),
    ledger: remote("ledger"),
    async close() {
      child.disconnect();
      await ended;
    },
  };
}

async function serve(options: Partial<ScriptedPubsubOptions>): Promise<void> {
  const server = await startScriptedPubsub(options);
  process.on("disconnect", () => process.exit());
  process.on("message", (request: Request) => void answer(server, request));
  process.send?.({ host: server.host, subscription: server.subscription } satisfies Place);
}

async function answer(server: ScriptedPubsub, { id, method, parameters }: Request): Promise<void> {
  try {
    const work = server[method] as (...all: readonly unknown[]) => Promise<unknown>;
    process.send?.({ id, result: await work(...parameters) } satisfies Reply);
  } catch (error) {
    process.send?.({ id, error: String(error) } satisfies Reply);
  }
}

if (import.meta.main) await serve(JSON.parse(process.argv[2] ?? "{}") as Partial<ScriptedPubsubOptions>);
