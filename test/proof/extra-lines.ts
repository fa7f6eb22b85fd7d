/** Lines that no simulated instance writes. Their group, plan, project, category and host all begin so. */
export const EXTRA_GROUP = "extra";

/** A line without any time: it is archived, and counts nowhere. */
export const UNDATED = '{"severity":"INFO","message":"no time at all"}';

/** Dumped messages with a push each: one dated in the future of its publication, one a year late, one on time. */
export function extraRows(): string[] {
  return [
    message("1", "2020-12-24T10:00:00Z", push("2021-03-01T12:00:00.5Z")),
    message("2", "2020-12-25T10:00:00Z", push("2019-12-25T09:59:59.5Z")),
    message("3", "2020-12-26T10:00:00Z", push("2020-12-26T09:59:59.5Z")),
    // A page that comes again is one line.
    message("4", "2020-12-26T10:00:01Z", push("2020-12-26T09:59:59.5Z")),
  ];
}

function message(messageId: string, publishTime: string, data: string): string {
  const encoded = Buffer.from(data).toString("base64");
  return JSON.stringify({ ackId: `extra-${messageId}`, message: { data: encoded, messageId, publishTime } });
}

function push(time: string): string {
  const params = { action: "git-receive-pack", protocol: "ssh", changes: "0 1 refs/heads/main", user_id: "9000001" };
  return JSON.stringify({
    time,
    severity: "INFO",
    method: "POST",
    route: "/api/:version/internal/allowed",
    status: 200,
    params: Object.entries(params).map(([key, value]) => ({ key, value })),
    host: `${EXTRA_GROUP}-host`,
    "meta.root_namespace": `${EXTRA_GROUP}-group`,
    "meta.project": `${EXTRA_GROUP}-group/project`,
    "meta.subscription_plan": `${EXTRA_GROUP}-plan`,
    "meta.feature_category": `${EXTRA_GROUP}-category`,
  });
}
