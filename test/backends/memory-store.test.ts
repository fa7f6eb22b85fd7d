/** Goal: the store in memory, on which other tests stand, is like every other. Method: the contract. */
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import { testObjectStore } from "../contract/object-store.ts";

testObjectStore("memory", async () => ({ store: createMemoryStore(), close: () => Promise.resolve() }));
