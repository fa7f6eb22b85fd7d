/** The logs that GitLab writes, by their canonical names. */
export const KNOWN_LOGS = [
  "rails.production",
  "rails.api",
  "rails.graphql",
  "rails.audit",
  "rails.auth",
  "rails.application",
  "rails.exceptions",
  "rails.integrations",
  "rails.features",
  "rails.git",
  "sidekiq",
  "shell",
  "workhorse",
  "gitaly",
  "registry",
  "pages",
] as const;

/** Other name → canonical name. */
export const LOG_ALIASES: Readonly<Record<string, string>> = {
  production_json: "rails.production",
  api_json: "rails.api",
  graphql_json: "rails.graphql",
  audit_json: "rails.audit",
  auth_json: "rails.auth",
  application_json: "rails.application",
  exceptions_json: "rails.exceptions",
  integrations_json: "rails.integrations",
  features_json: "rails.features",
  git_json: "rails.git",
  "gitlab-shell": "shell",
  gitlab_shell: "shell",
  "gitlab-workhorse": "workhorse",
  "gitlab-pages": "pages",
};

const CANONICAL = new Map<string, string>([
  ...KNOWN_LOGS.map((log) => [log, log] as const),
  ...Object.entries(LOG_ALIASES),
]);

/** Tags repeat on every line; hostile ones, many or long, do not fill the memory. */
const MOST_CACHED = 10_000;
const LONGEST_CACHED = 256;
const cache = new Map<string, string | null>();

/**
 * The log that a tag, topic or component names, or null. Names match on whole dot-separated segments, so
 * `gitlab.rails.api` and `rails.api.var.log` are `rails.api`; the leftmost match counts.
 */
export function knownLog(name: string): string | null {
  const cached = cache.get(name);
  if (cached !== undefined) return cached;
  const found = matchSegments(name);
  if (name.length > LONGEST_CACHED) return found;
  if (cache.size >= MOST_CACHED) cache.clear();
  cache.set(name, found);
  return found;
}

function matchSegments(name: string): string | null {
  const segments = name.split(".");
  for (const [index, segment] of segments.entries()) {
    const log = CANONICAL.get(`${segment}.${segments[index + 1]}`) ?? CANONICAL.get(segment);
    if (log !== undefined) return log;
  }
  return null;
}

/** The log that a topic names: by the part behind the last slash of `projects/p/topics/rails.api`. */
export function logOfTopic(topic: string): string | null {
  return topic === "" ? null : knownLog(topic.slice(topic.lastIndexOf("/") + 1));
}

/** The log that a LogEntry's `logName` names: by the part behind `/logs/`, URL-decoded. */
export function logOfLogName(logName: string): string | null {
  const at = logName.indexOf("/logs/");
  const encoded = at < 0 ? logName : logName.slice(at + "/logs/".length);
  try {
    return knownLog(decodeURIComponent(encoded));
  } catch {
    // A stray percent sign: the name stands as it is.
    return knownLog(encoded);
  }
}
