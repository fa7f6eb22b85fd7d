/** Goal: the store in memory, on which other tests stand, is like every other. Method: the contract. */
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import { testObjectRemover } from "../contract/object-remover.ts";
import { testObjectStore } from "../contract/object-store.ts";

testObjectStore("memory", async () => ({ store: createMemoryStore(Date.now), close: () => Promise.resolve() }));

testObjectRemover("memory", async () => {
  const store = createMemoryStore();
  return { store, remover: store, close: () => Promise.resolve() };
});
