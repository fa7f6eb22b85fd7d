/**
 * Goal: a view is there with the bytes of whoever put it there last, also where several put the same there at once.
 * Method: several that put a view in place of an older one, in every order of their requests that a seed makes.
 */
import { setImmediate as yieldNow } from "node:timers/promises";
import { expect, it } from "vitest";
import { putView, type ViewStore } from "../../src/archive/view-store.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import { IoError } from "../../src/core/fault.ts";
import { randomOf } from "../random.ts";

const NAME = "ctl/lookup/local/2020-12-22.json";
const OLD = Buffer.from("old");
const NEW = Buffer.from("newer");

/** Each request waits for some turns before it is done. */
function delayed(memory: ReturnType<typeof createMemoryStore>, seed: number): ViewStore {
  const random = randomOf(seed);
  const wait = async (): Promise<void> => {
    for (let turns = Math.floor(random() * 4); turns > 0; turns -= 1) await yieldNow();
  };
  return {
    store: {
      ...memory,
      create: async (...args) => {
        await wait();
        return memory.create(...args);
      },
      read: async (...args) => {
        await wait();
        return memory.read(...args);
      },
    },
    remover: {
      remove: async (name) => {
        await wait();
        return memory.remove(name);
      },
    },
  };
}

it("replaces what is there, also where another one puts the same there", async () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const memory = createMemoryStore();
    await memory.create(NAME, OLD);
    await Promise.all([1, 2].map((who) => putView(delayed(memory, 2 * seed + who), NAME, NEW)));
    expect(await memory.read(NAME, 0, 100)).toEqual(NEW);
  }
});

it("gives up where others put other bytes there again and again", async () => {
  const memory = createMemoryStore();
  await memory.create(NAME, OLD);
  const remover = {
    remove: async (name: string) => {
      await memory.remove(name);
      await memory.create(name, OLD);
    },
  };
  const putting = putView({ store: memory, remover }, NAME, NEW);
  await expect(putting).rejects.toThrow(IoError);
  await expect(putting).rejects.toMatchObject({ code: "unavailable" });
});

it("creates what is not there, and leaves what is right", async () => {
  const memory = createMemoryStore();
  const views = { store: memory, remover: memory };
  expect(await putView(views, NAME, NEW)).toBe("created");
  expect(await putView(views, NAME, NEW)).toBe("same");
});
