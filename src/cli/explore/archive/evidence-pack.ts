import { once } from "node:events";
import { createGzip } from "node:zlib";
import { exportPack } from "../../../archive/pack/export-pack.ts";
import { PACK_FILES } from "../../../archive/pack/pack-files.ts";
import type { PackReport } from "../../../archive/pack/pack-report.ts";
import { TAR_END, type TarEntry, tarEntry } from "../../../archive/pack/tar.ts";
import { UsageError } from "../../../core/fault.ts";
import { GIB } from "../../../core/units.ts";
import type { Asked, Reply, Send } from "../../../explorer/server/route.ts";
import { askPack } from "../../archive/proof/pack-question.ts";
import { oneOf } from "../../options/options.ts";
import { givingUp } from "../../process/interruptible.ts";
import { askedConditions, askedSpan } from "../asked-lines.ts";
import { askedParams } from "../asked-params.ts";
import type { ExploredArchive } from "../explored-archive.ts";
import { bodyParams } from "./asked-body.ts";

const MEDIA_TYPE = "application/gzip";
/** Of what every pack has, also an empty one. */
const OWN_FILES: readonly string[] = Object.values(PACK_FILES);

/**
 * `archive export` with its conditions in the body. Rejects with `UsageError`, also where no line can be in the pack, and
 * with `IoError`.
 */
export async function evidencePack(archive: ExploredArchive, { body, signal }: Asked): Promise<Reply> {
  const { query, asked } = await askPack(archive, conditionsOf(archive, body));
  return {
    mediaType: MEDIA_TYPE,
    sendParts: (send) =>
      sendGzipped(send, async (write) => {
        // Nothing is sent before there is a line, so that an empty pack can still be refused.
        const held: TarEntry[] = [];
        let hasLines = false;
        const emit = async (entry: TarEntry): Promise<void> => {
          held.push(entry);
          hasLines ||= !OWN_FILES.includes(entry.name);
          if (hasLines) for (const each of held.splice(0)) await write(tarEntry(each));
        };
        const onBytes = givingUp(signal, () => undefined);
        const report = await exportPack({ store: archive.store, query, asked, emit, onBytes });
        if (!hasLines) throw new UsageError(nothingIn(report));
        await write(TAR_END);
      }),
  };
}

function conditionsOf({ clock }: ExploredArchive, body: string): Parameters<typeof askPack>[1] {
  const asked = askedParams(bodyParams(body));
  const conditions = {
    ...askedSpan(asked, clock.nowMs(), "export lines"),
    ...askedConditions(asked),
    mostBytes: GIB,
    ...(asked.one("yes", oneOf(["true"])) === undefined ? {} : { yes: true as const }),
  };
  asked.end();
  return conditions;
}

function nothingIn({ not_signed: unsigned, not_sealed: unsealed }: PackReport): string {
  if (unsigned + unsealed === 0) return "export lines: no line matches (hint: ask for less, or a longer time)";
  return (
    `export lines: no line that matches can be proved yet: ${unsigned} are sealed and not signed, ${unsealed} not sealed ` +
    "(hint: logtally seal, then logtally sign, then again)"
  );
}

/** Compresses what is written, and sends it as fast as it is taken. Rejects as the work and the sending do. */
async function sendGzipped(
  send: Send,
  work: (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  const gzip = createGzip();
  const sending = (async () => {
    for await (const piece of gzip as AsyncIterable<Buffer>) await send(piece);
  })();
  const writing = (async () => {
    try {
      await work(async (bytes) => {
        if (!gzip.write(bytes)) await once(gzip, "drain");
      });
      gzip.end();
    } catch (error) {
      gzip.destroy(error as Error);
      throw error;
    }
  })();
  await Promise.all([writing, sending]);
}
