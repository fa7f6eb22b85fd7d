/**
 * Goal: the address of a test server of Pub/Sub is taken as it was meant, or refused.
 * Method: addresses as people write them; what a client is given for them.
 */
import { afterEach, expect, it, vi } from "vitest";
import { serverOptions } from "../../src/backends/pubsub/google-connection.ts";
import { emulatorHost } from "../../src/cli/open/input/subscription.ts";

afterEach(() => vi.unstubAllEnvs());

it.each([
  ["localhost:8085", "localhost", 8085],
  ["127.0.0.1:80", "127.0.0.1", 80],
  ["http://pubsub.test:8085", "pubsub.test", 8085],
  ["[::1]:8085", "[::1]", 8085],
])("%s is %s at %i", (address, servicePath, port) => {
  vi.stubEnv("PUBSUB_EMULATOR_HOST", address);
  expect(serverOptions(emulatorHost() ?? "")).toMatchObject({ servicePath, port });
});

it.each(["localhost", "http://localhost/", "me:secret@localhost:8085", "[::1]"])("%s is refused", (address) => {
  vi.stubEnv("PUBSUB_EMULATOR_HOST", address);
  expect(emulatorHost).toThrow("expected HOST:PORT");
});
