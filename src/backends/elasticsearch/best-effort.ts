import type { IndexDocument } from "../../core/document-index.ts";
import { bulkBytes, CREATE, type Outcome, outcomesOf, writeBulk } from "./bulk.ts";
import { type Cluster, ClusterError } from "./cluster.ts";

/**
 * Tries once to create a document, by one request: what becomes of it, `busy` where nobody answered. Never rejects for
 * what is the cluster's fault.
 */
export async function tryToCreate(cluster: Cluster, document: IndexDocument, signal: AbortSignal): Promise<Outcome> {
  const body = writeBulk([document], CREATE, Buffer.alloc(bulkBytes([document], CREATE.mostMemberBytes)));
  try {
    const answer = await cluster.send({ method: "POST", path: "/_bulk", query: CREATE.query, body }, signal);
    const [outcome] = outcomesOf(answer, 1, CREATE);
    if (outcome !== undefined) return outcome;
    throw new ClusterError("away", null, "", "no outcome in the answer");
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    const { status, type, message: reason } = error;
    return { kind: "busy", rejection: { status: status ?? 0, type, reason } };
  }
}
