/** Lines that look as if they had secrets, and have none. */
import type { Dice } from "./dice.ts";

const json = (record: unknown) => JSON.stringify(record);

/** Values like those of identifiers. */
const IDENTIFIERS: readonly [(dice: Dice) => string, ...((dice: Dice) => string)[]] = [
  (dice) => dice.text("hex", 40),
  (dice) => dice.text("hex", 64),
  (dice) => dice.text("hex", 8),
  (dice) =>
    `${dice.text("hex", 8)}-${dice.text("hex", 4)}-4${dice.text("hex", 3)}-a${dice.text("hex", 3)}-${dice.text("hex", 12)}`,
  (dice) => `01${dice.text("crockford", 24)}`,
  (dice) => dice.text("alnum", 11),
  (dice) => dice.text("base64", 88),
  (dice) => `${dice.text("base64", 43)}=`,
  (dice) => dice.text("base64url", 400),
  (dice) => `sha256:${dice.text("hex", 64)}`,
  (dice) => `SHA256:${dice.text("base64", 43)}`,
  (dice) => `${dice.text("lower", 6)}.${dice.text("lower", 5)}@example.com`,
  (dice) => `refs/heads/${dice.text("lower", 5)}-${dice.below(1000)}`,
  (dice) => `/${dice.text("lower", 6)}/${dice.text("lower", 8)}/-/merge_requests/${dice.below(9999)}`,
  (dice) => `@hashed/${dice.text("hex", 2)}/${dice.text("hex", 2)}/${dice.text("hex", 64)}.git`,
  // A cursor of a list is JSON in base64.
  (dice) =>
    Buffer.from(json({ id: String(dice.below(100_000)), created_at: "2020-09-14 09:00:42" })).toString("base64url"),
  (dice) => `v${dice.below(20)}.${dice.below(20)}.${dice.below(20)}-rc${dice.below(9)}`,
  (dice) => String(dice.below(2 ** 31)),
];

const FIXED: readonly string[] = [
  json({ token_type: "PersonalAccessToken", token_id: 77, username: "alice" }),
  json({
    route: "/api/:version/runners/reset_registration_token",
    "meta.caller_id": "POST /api/:version/runners/reset_registration_token",
  }),
  json({ route: "/api/:version/projects/:id/access_tokens", path: "/api/v4/projects/1/access_tokens/12" }),
  json({
    controller: "PasswordsController",
    action: "edit",
    path: "/users/password/edit?reset_password_token=[FILTERED]",
  }),
  json({
    params: [
      { key: "secret_token", value: "[FILTERED]" },
      { key: "password", value: null },
    ],
  }),
  json({
    params: [
      { key: "token", value: "" },
      { key: "password", value: "********" },
    ],
  }),
  json({ params: [{ key: "user", value: { password: "[FILTERED]", password_confirmation: "[FILTERED]" } }] }),
  json({
    params: [
      { key: "authenticity_token", value: "[FILTERED]" },
      { key: "utf8", value: "✓" },
    ],
  }),
  json({ path: "/x?private_token=[FILTERED]&page=2", referrer: "https://gitlab.example.com/?token=%5BFILTERED%5D" }),
  json({ message: "Validation failed: Password is too short (minimum is 8 characters), Token has already been taken" }),
  json({ message: "invalid token: expired", error: "password: can't be blank" }),
  json({ message: "Your password was changed. Secrets: see the documentation; tokens: 3" }),
  json({ message: "HTTP Basic: Access denied. Bearer token required, Basic authentication is disabled" }),
  json({ message: "Authorization failed for user alice; authorization: denied" }),
  json({ class: "PersonalAccessTokens::ExpiringWorker", args: ["token", "secret", "password"] }),
  json({ class: "Ci::ResetRunnersTokenWorker", queue: "cronjob:personal_access_tokens_expired_notification" }),
  json({ type: "password", name: "token", auth_method: "secret", field: "private_token" }),
  json({
    password_automatically_set: true,
    password_expires_at: null,
    secret_detection_enabled: "yes",
    token_expires_at: "2021-01-01",
  }),
  json({
    max_tokens: 4096,
    total_tokens: 123_456_789,
    token: 77,
    next_page_token: "CAUQAA123456",
    csrf_token: "abcdef1234567890abcd",
  }),
  json({ variables: '{"fullPath"=>"g/p", "token"=>nil, "password"=>"[FILTERED]"}' }),
  json({ query: "query { project { runnersToken, ciVariables { nodes { key, value, masked } } } }" }),
  json({ query: "mutation($token: String!) { use(token: $token) { errors } }" }),
  json({
    sql: 'SELECT 1 FROM "users" WHERE "users"."reset_password_token" = $1 AND "users"."encrypted_password" IS NOT NULL',
  }),
  json({ url: "ssh://git@gitlab.example.com:2222/g/p.git", remote: "git@gitlab.example.com:g/p.git" }),
  json({ url: "http://gitlab.example.com:8080/users/alice@example.com?x=a:b@c" }),
  json({ url: "https://*****:*****@gitlab.example.com/g/p.git", to: "https://alice:[FILTERED]@h" }),
  json({
    ssh_key: "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7 alice@example",
    key_id: 12,
    gl_key_type: "key",
    fingerprint: "aa:bb:cc",
  }),
  json({ message: "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIE\n-----END CERTIFICATE-----" }),
  json({ message: "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0B\n-----END PUBLIC KEY-----" }),
  json({
    ua: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/86.0.4240.75 Safari/537.36",
  }),
  json({ message: "token=none secret=nil password=", path: "/x?token=&page=2" }),
  json({ message: "set $TOKEN: token=$TOKEN, password=${PASSWORD}" }),
  json({ message: "a basis for bearers; the basic idea, basic configuration; bear with us" }),
  json({ action: "glpat-", message: "tokens begin with glpat-, glrt- or ghp_", prefix: "glpat-prefix" }),
  json({ feature_category: "secret_detection", caller: "Projects::Settings::SecretsController#index" }),
  json({
    cache_key: "projects/1-20200914",
    public_key: "abcdef1234567890",
    primary_key: "id12345678",
    key: "A_VARIABLE",
  }),
  'time="2020-09-14T11:00:02Z" level=info msg="token authentication is configured" auth=token',
];

const NAMES: readonly [string, ...string[]] = [
  "correlation_id",
  "id",
  "sha",
  "ref",
  "path",
  "key",
  "cursor",
  "etag",
  "digest",
  "message",
  "token_id",
  "token_type",
  "gl_repository",
];

export function* harmlessLines(dice: Dice, count: number): Generator<string> {
  yield* FIXED;
  for (let at = 0; at < count; at += 1) {
    const value = dice.pick(IDENTIFIERS)(dice);
    const name = dice.pick(NAMES);
    yield dice.pick([
      json({ time: "2020-09-14T09:00:42.123Z", [name]: value, status: 200 }),
      json({ params: [{ key: name, value }], path: `/x?${name}=${encodeURIComponent(value)}&page=2` }),
      json({ message: `could not find ${value}, tried (${value}) and '${value}'` }),
      json({ args: [json({ [name]: value })] }),
      `level=info ${name}=${value} msg="done"`,
    ]);
  }
}
