import { UsageError } from "../../../core/fault.ts";
import { DAY_MS } from "../../../core/units.ts";
import type { LedgerAnswer } from "../../../explorer/archive-answers.ts";
import { type Asked, jsonReply, type Reply, type Route } from "../../../explorer/server/route.ts";
import { balanceBooks } from "../../duties/ledger-balance.ts";
import { day } from "../../options/options.ts";
import { givingUp } from "../../process/interruptible.ts";
import { askedParams } from "../asked-params.ts";
import type { ExploredArchive } from "../explored-archive.ts";
import { archiveHours } from "./archive-hours.ts";
import { digestChains } from "./digest-chains.ts";
import { evidencePack } from "./evidence-pack.ts";
import { month } from "./month.ts";
import { createVerifier } from "./verifier.ts";

/** What the view Archive asks. */
export function archiveRoutes(archive: ExploredArchive): Route[] {
  const verifier = createVerifier(archive);
  return [
    {
      method: "GET",
      path: "/api/hours",
      async answer({ params }) {
        const asked = askedParams(params);
        const wanted = asked.one("month", month) ?? null;
        asked.end();
        return jsonReply(await archiveHours(archive, wanted, verifier.told()));
      },
    },
    { method: "GET", path: "/api/ledger", answer: (asked) => answerLedger(archive, asked) },
    {
      method: "GET",
      path: "/api/digests",
      async answer({ params, signal }) {
        askedParams(params).end();
        return jsonReply(await digestChains(archive.store, signal));
      },
    },
    { method: "POST", path: "/api/verify", answer: (asked) => verifier.verify(asked) },
    { method: "POST", path: "/api/export", answer: (asked) => evidencePack(archive, asked) },
  ];
}

/** `ledger --json --no-index` of a day. Rejects with `UsageError` or `IoError`. */
async function answerLedger({ settings, store }: ExploredArchive, { params, signal }: Asked): Promise<Reply> {
  const asked = askedParams(params);
  const name = asked.one("day", day);
  asked.end();
  if (name === undefined) throw new UsageError('balance a day: no "day" is given');
  const since = Date.parse(name);
  const span = { since, until: since + DAY_MS };
  const onBytes = givingUp(signal, () => undefined);
  const ledger = await balanceBooks({ settings, store, span, isDeep: false, withIndex: false, onBytes });
  return jsonReply({ ledger } satisfies LedgerAnswer);
}
