/**
 * Goal: clients share one connection, and get another where the first could not be opened or is given up.
 * Method: an opening that counts, and fails at first.
 */
import { expect, it } from "vitest";
import { openOnce } from "../../src/backends/pubsub/open-once.ts";

it("opens once for all, again after a failure, and another after it was forgotten", async () => {
  let count = 0;
  const client = openOnce(async () => {
    count += 1;
    if (count === 1) throw new Error("no credentials");
    return count;
  });
  expect(client.opened).toBeNull();
  await expect(client.get()).rejects.toThrow("no credentials");
  expect(client.opened).toBeNull();
  expect(await Promise.all([client.get(), client.get()])).toEqual([2, 2]);
  expect(await client.opened).toBe(2);
  client.forget();
  expect(await client.get()).toBe(3);
});
