import { checkLineId } from "../../../archive/locate-line.ts";
import type { Proof } from "../../../archive/proof/proof.ts";
import { proveLine } from "../../../archive/proof/prove-line.ts";
import type { ProofAnswer } from "../../../explorer/logs-answers.ts";
import { type Asked, jsonReply, type Reply } from "../../../explorer/server/route.ts";
import { notProvable } from "../../archive/proof/not-provable.ts";
import { proofJson } from "../../archive/proof/proof-text.ts";
import { oneOf } from "../../options/options.ts";
import { askedParams } from "../asked-params.ts";
import type { ExploredArchive } from "../explored-archive.ts";
import { listen } from "../heard.ts";

/** `archive prove`, and what `archive check-proof` says of it; or the proof. Rejects with `UsageError` or `IoError`. */
export async function answerProof({ settings, store }: ExploredArchive, { params }: Asked): Promise<Reply> {
  const asked = askedParams(params);
  const id = asked.one("id", String) ?? "";
  const stream = asked.one("stream", String) ?? null;
  const variant = asked.one("hash", String) ?? null;
  const format = asked.one("format", oneOf(["json", "file"])) ?? "json";
  asked.end();
  checkLineId(id);
  const { telling, remarks } = listen();
  const outcome = await proveLine(store, { id, stream, preferred: settings.name, variant }, telling.tell);
  if (outcome.kind !== "proof") {
    const why = await notProvable(id, outcome, settings, store);
    if (format === "file") throw why;
    return jsonReply({ is_proved: false, kind: outcome.kind, why: why.message } satisfies ProofAnswer);
  }
  const { bytes, proved } = outcome;
  if (format === "file") return { mediaType: "application/json", content: bytes };
  const proof = JSON.parse(bytes.toString("utf8")) as Proof;
  const { segment, leaf_hash, digest, id_proved } = proofJson(proved);
  const { sequence, signed_at, key } = digest;
  return jsonReply({
    is_proved: true,
    segment,
    manifest: proof.manifest.name,
    leaf_hash,
    path_length: proof.line_path.length + proof.block_path.length,
    digest: { sequence, signed_at, key },
    is_id_proved: id_proved,
    proof_bytes: bytes.length,
    remarks,
  } satisfies ProofAnswer);
}
