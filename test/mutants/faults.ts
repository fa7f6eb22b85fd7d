import type { Fault } from "./fault.ts";
import { ANSWERS_FAULTS } from "./faults/answers.ts";
import { CONFIG_FAULTS } from "./faults/config.ts";
import { COUNTS_FAULTS } from "./faults/counts.ts";
import { DECODE_FAULTS } from "./faults/decode.ts";
import { DERIVE_FAULTS } from "./faults/derive.ts";
import { DOCUMENTS_FAULTS } from "./faults/documents.ts";
import { ENGINE_FAULTS } from "./faults/engine.ts";
import { EXPLORER_FAULTS } from "./faults/explorer.ts";
import { FILES_FAULTS } from "./faults/files.ts";
import { FIND_FAULTS } from "./faults/find.ts";
import { FOLLOW_FAULTS } from "./faults/follow.ts";
import { GC_FAULTS } from "./faults/gc.ts";
import { GCS_FAULTS } from "./faults/gcs.ts";
import { INDEXING_FAULTS } from "./faults/indexing.ts";
import { KIBANA_FAULTS } from "./faults/kibana.ts";
import { LIVE_FAULTS } from "./faults/live.ts";
import { PROOFS_FAULTS } from "./faults/proofs.ts";
import { PUBSUB_FAULTS } from "./faults/pubsub.ts";
import { REDACTION_FAULTS } from "./faults/redaction.ts";
import { REPLAY_FAULTS } from "./faults/replay.ts";
import { REPORTS_FAULTS } from "./faults/reports.ts";
import { SEAL_FAULTS } from "./faults/seal.ts";
import { SIGN_FAULTS } from "./faults/sign.ts";
import { SIMULATION_FAULTS } from "./faults/simulation.ts";
import { VERIFY_FAULTS } from "./faults/verify.ts";

/** All faults, by what they are in, in the order in which a line travels. */
export const FAULTS_BY_PLACE: ReadonlyMap<string, readonly Fault[]> = new Map([
  ["Messages on loan", PUBSUB_FAULTS],
  ["Files that grow", FOLLOW_FAULTS],
  ["From bytes to lines", DECODE_FAULTS],
  ["From lines to events", DERIVE_FAULTS],
  ["From lines to documents", DOCUMENTS_FAULTS],
  ["Taking, writing, acking", ENGINE_FAULTS],
  ["An archive in a folder", FILES_FAULTS],
  ["An archive in a bucket", GCS_FAULTS],
  ["The index", INDEXING_FAULTS],
  ["What is masked", REDACTION_FAULTS],
  ["Making and ending indices", LIVE_FAULTS],
  ["Sealing", SEAL_FAULTS],
  ["Signing", SIGN_FAULTS],
  ["Verifying", VERIFY_FAULTS],
  ["Removing", GC_FAULTS],
  ["Proofs and packs", PROOFS_FAULTS],
  ["Finding lines", FIND_FAULTS],
  ["Counts, and what checks them", COUNTS_FAULTS],
  ["Levels, coverage and formats", ANSWERS_FAULTS],
  ["Reports, and published counts", REPORTS_FAULTS],
  ["Bringing lines back, keeping them, and SQL", REPLAY_FAULTS],
  ["Dashboards", KIBANA_FAULTS],
  ["The page", EXPLORER_FAULTS],
  ["Settings and secrets", CONFIG_FAULTS],
  ["What the simulation notices by itself", SIMULATION_FAULTS],
]);

export const FAULTS: readonly Fault[] = [...FAULTS_BY_PLACE.values()].flat();
