import { connect, createServer, type Socket } from "node:net";

/** `open`: all goes through. `closed`: connections are refused or cut. `silent`: bytes are taken, and nobody answers. */
export type GateState = "open" | "closed" | "silent";

/** A way to a server that can be shut, so that a service is away for one test only. */
export interface GateProxy {
  readonly url: string;
  set(state: GateState): void;
  close(): Promise<void>;
}

/** `target` is the URL of a server on the loopback interface. */
export async function openGateProxy(target: string): Promise<GateProxy> {
  const { hostname, port } = new URL(target);
  let state: GateState = "open";
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // Cut connections are what this is for.
    socket.on("error", () => undefined);
  };
  const server = createServer((near) => {
    keep(near);
    if (state === "closed") {
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    keep(far);
    near.on("data", (chunk) => state === "silent" || far.write(chunk));
    far.on("data", (chunk) => state === "silent" || near.write(chunk));
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    set(next) {
      // What was swallowed is lost, so these connections are of no use any more.
      if (next === "closed" || state === "silent") for (const socket of sockets) socket.destroy();
      state = next;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
