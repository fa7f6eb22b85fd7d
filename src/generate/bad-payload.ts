import { deflateSync } from "node:zlib";
import type { QuarantineReason } from "../core/fault.ts";
import { MIB } from "../core/units.ts";
import type { Chance } from "./chance.ts";

/** The data of a message that no reader can open, and what its attribute says of the compression. */
export interface BadPayload {
  readonly reason: QuarantineReason;
  readonly data: Buffer;
  readonly algorithm: string;
}

/** More than a message may hold by default. */
const BOMB_BYTES = 33 * MIB;
let bomb: Buffer | null = null;

const BAD_PAYLOADS: readonly { readonly weight: number; readonly make: (chance: Chance) => BadPayload }[] = [
  {
    weight: 10,
    make: (chance) => ({ reason: "bad_compression", data: record(chance).subarray(0, 20), algorithm: "zlib" }),
  },
  {
    weight: 5,
    make: (chance) => ({ reason: "bad_compression", data: Buffer.from(chance.digits(30)), algorithm: "gzip" }),
  },
  { weight: 10, make: (chance) => ({ reason: "unknown_compression", data: record(chance), algorithm: "lz4" }) },
  // A bomb costs its reader as much as thousands of lines: a rare one does.
  { weight: 1, make: () => ({ reason: "inflate_limit", data: zeros(), algorithm: "zlib" }) },
];

export function badPayload(chance: Chance): BadPayload {
  return chance.weighted(BAD_PAYLOADS).make(chance);
}

function record(chance: Chance): Buffer {
  return deflateSync(`{"id":"${chance.digits(30)}"}`);
}

function zeros(): Buffer {
  bomb ??= deflateSync(Buffer.alloc(BOMB_BYTES));
  return bomb;
}
