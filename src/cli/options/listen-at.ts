import { InvalidArgumentError } from "commander";
import { LOOPBACK } from "../explore/machine-addresses.ts";

/** Where a process lets itself be looked at. */
export interface ListenAt {
  readonly address: string;
  /** 0 for any that is free. */
  readonly port: number;
}

const MOST_PORT = 65_535;

export function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= MOST_PORT;
}

export const LISTEN_HELP =
  "serve /livez, /readyz and /metrics at this port, for this machine alone unless an address stands before it " +
  "(0.0.0.0:9464)";

/** `9464`, `0.0.0.0:9464` or `[::]:9464`. */
export function listenAt(value: string): ListenAt {
  const [, address = LOOPBACK, port = ""] = /^(?:([\w.-]+|\[[0-9a-fA-F:.]+\]):)?(\d{1,5})$/.exec(value) ?? [];
  if (!isPort(port)) {
    throw new InvalidArgumentError("It must be a port, or an address and a port, such as 0.0.0.0:9464.");
  }
  return { address: address.replace(/^\[|\]$/g, ""), port: Number(port) };
}
