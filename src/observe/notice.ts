/** What a process says of itself while it runs, and how much it matters. docs/runbook.md says what to do. */
export interface NoticeWords {
  /** `info`: as it should be. `warn`: it goes on, and may pass by itself. `error`: something is not done. */
  readonly level: "info" | "warn" | "error";
  /** What is so where the code is given; no sentence, no full stop. */
  readonly meaning: string;
}

/** By their codes, which stay as they are: alerts and searches are made of them. */
export const NOTICES = {
  started: { level: "info", meaning: "a worker, or a duty, has begun" },
  listening: { level: "info", meaning: "probes and metrics are served" },
  page_served: { level: "info", meaning: "the page is served, at the address that has its token" },
  stopping: { level: "info", meaning: "a signal was received: what is in hand is finished" },
  stopped: { level: "info", meaning: "it has ended as it was asked to" },
  reloaded: { level: "info", meaning: "the pipelines were read again and run as they are now" },
  pass_ended: { level: "info", meaning: "a duty has done what was due" },
  archive_not_begun: {
    level: "warn",
    meaning: "a duty has found no archive in the bucket, and waits for the first worker",
  },
  reload_refused: {
    level: "error",
    meaning: "the pipelines cannot be run as they are written now, and go on as before",
  },
  archive_retrying: { level: "warn", meaning: "the archive does not answer, or refuses for the moment" },
  subscription_trouble: { level: "warn", meaning: "a pull, an ack or a lease failed and is tried again" },
  subscription_settings: { level: "warn", meaning: "the subscription is not set up as it should be" },
  index_unreachable: { level: "warn", meaning: "the index did not answer when the worker began" },
  index_set_up_otherwise: {
    level: "warn",
    meaning: "a template or another part of the index is missing, old or changed",
  },
  index_retrying: { level: "warn", meaning: "the index takes nothing for the moment, or does so again" },
  index_away: { level: "warn", meaning: "the index has been away for too long: lines wait in the archive" },
  index_back: { level: "info", meaning: "the index is back, and what waits is being indexed" },
  index_object_waits: { level: "warn", meaning: "an object, or the worker's own health, was not taken by the index" },
  follow_trouble: { level: "warn", meaning: "a followed file is missing, was lost, or cannot be read" },
  seal_failed: { level: "error", meaning: "hours that are due could not be sealed, and are tried again" },
  views_not_kept: { level: "warn", meaning: "facts, roll-ups or look-ups could not be kept; they can be made again" },
  signing_key_retrying: { level: "warn", meaning: "Cloud KMS does not answer, or refuses for the moment" },
  sign_failed: { level: "error", meaning: "a digest that is due could not be signed" },
  gc_refused: { level: "error", meaning: "a write-ahead object is not what was sealed, and stays" },
  gc_failed: { level: "error", meaning: "nothing could be removed of the write-ahead log" },
  ledger_unbalanced: { level: "error", meaning: "the books of some hour do not balance" },
  ledger_failed: { level: "error", meaning: "the books could not be balanced" },
  usage_error: { level: "error", meaning: "it ends: bad usage or configuration, or a missing input" },
  store_error: { level: "error", meaning: "it ends: a store or a service refused, stayed away or is full" },
  crashed: { level: "error", meaning: "it ends: a fault of the program" },
  remark: { level: "info", meaning: "what a user of a command is told beside its answer" },
} as const satisfies Readonly<Record<string, NoticeWords>>;

export type NoticeCode = keyof typeof NOTICES;

export const NOTICE_CODES = Object.keys(NOTICES) as readonly NoticeCode[];
