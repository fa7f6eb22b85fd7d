/**
 * Lines with secrets. Forms are those that the vendors document, and places those in which GitLab, its clients and its
 * users write them. Nothing here is taken from the matcher, so that it can miss something.
 */
import type { Dice } from "./dice.ts";

/** A line, and the texts of which nothing may be left. */
export interface SecretLine {
  readonly kind: string;
  readonly place: string;
  readonly line: string;
  readonly secrets: readonly string[];
}

type Make = (dice: Dice) => string;

/** Secrets that are known by their form. */
const FORMS: Readonly<Record<string, Make>> = {
  "GitLab personal access token": (dice) => `glpat-${dice.text("base64url", 20)}`,
  "GitLab routable token": (dice) =>
    `glpat-${dice.text("base64url", 27 + dice.below(100))}.${dice.text("base36", 2)}.${dice.text("base36", 9)}`,
  "GitLab token of an instance": (dice) => `SIE-glpat-${dice.text("base64url", 20)}`,
  "GitLab OAuth application secret": (dice) => `gloas-${dice.text("hex", 64)}`,
  "GitLab deploy token": (dice) => `gldt-${dice.text("base64url", 20)}`,
  "GitLab runner token": (dice) => `glrt-${dice.pick(["", "t1_", "t3_"])}${dice.text("base64url", 20)}`,
  "GitLab registered runner token": (dice) => `glrtr-${dice.text("base64url", 20)}`,
  "GitLab job token": (dice) => `glcbt-${dice.text("hex", 2)}_${dice.text("base64url", 20)}`,
  "GitLab job token (JWT)": (dice) => `glcbt-${jwt(dice)}`,
  "GitLab trigger token": (dice) => `glptt-${dice.text("hex", 40)}`,
  "GitLab feed token": (dice) => `glft-${dice.text("hex", 64)}-${dice.below(100_000)}`,
  "GitLab SCIM token": (dice) => `glsoat-${dice.text("base64url", 20)}`,
  "GitLab mail token": (dice) => `glimt-${dice.text("base36", 25)}`,
  "GitLab agent token": (dice) => `glagent-${dice.text("base64url", 50)}`,
  "GitLab feature flags token": (dice) => `glffct-${dice.text("base64url", 20)}`,
  "GitLab runner registration token": (dice) => `GR1348941${dice.text("base64url", 20)}`,
  "GitHub token": (dice) => `${dice.pick(["ghp", "gho", "ghu", "ghs", "ghr"])}_${dice.text("alnum", 36)}`,
  "GitHub fine-grained token": (dice) => `github_pat_${dice.text("alnum", 22)}_${dice.text("alnum", 59)}`,
  "AWS access key id": (dice) => `${dice.pick(["AKIA", "ASIA"])}${dice.text("base32", 16)}`,
  "Google API key": (dice) => `AIza${dice.text("base64url", 35)}`,
  "Google access token": (dice) => `ya29.${dice.pick(["a0", "c."])}${dice.text("base64url", 120)}`,
  "Google client secret": (dice) => `GOCSPX-${dice.text("base64url", 28)}`,
  "Slack token": (dice) =>
    `xox${dice.pick(["b", "p", "a", "r", "s"])}-${dice.text("digits", 12)}-${dice.text("digits", 13)}-${dice.text("alnum", 24)}`,
  "Slack app token": (dice) => `xapp-1-A${dice.text("upper", 10)}-${dice.text("digits", 13)}-${dice.text("hex", 64)}`,
  JWT: jwt,
};

function jwt(dice: Dice): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const header = dice.pick([
    { alg: "RS256", typ: "JWT" },
    { typ: "JWT", alg: "HS256" },
    { kid: dice.text("hex", 8), alg: "ES256" },
  ]);
  return `${part(header)}.${part({ sub: dice.text("alnum", 12), iat: dice.below(1e9) })}.${dice.text("base64url", 43)}`;
}

export function pem(dice: Dice, newline: string): string {
  const label = dice.pick([
    "RSA PRIVATE KEY",
    "EC PRIVATE KEY",
    "PRIVATE KEY",
    "OPENSSH PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
  ]);
  const head = dice.below(4) === 0 ? ["Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,0A1B", ""] : [];
  const body = Array.from({ length: 3 + dice.below(10) }, () => dice.text("base64", 64));
  return [`-----BEGIN ${label}-----`, ...head, ...body, `-----END ${label}-----`].join(newline);
}

const json = (record: unknown) => JSON.stringify(record);
const message = (text: string) => json({ severity: "INFO", time: "2020-09-14T09:00:42.123Z", message: text });

/** Where a text with a secret stands. */
const PLACES: Readonly<Record<string, (text: string, dice: Dice) => string>> = {
  "a message": (text) => message(`could not use ${text} for this`),
  "the start of a message": (text) => message(`${text} was refused`),
  "the end of a message": (text) => message(`refused: ${text}`),
  "the end of a sentence": (text) => message(`We have seen ${text}.`),
  "a line of a message": (text) => message(`first\n${text}\nlast`),
  "behind a tab": (text) => message(`first\t${text}\tlast`),
  brackets: (text, dice) => message(dice.pick([`(${text})`, `[${text}]`, `<${text}>`, `{${text}}`])),
  quotes: (text, dice) => message(dice.pick([`'${text}'`, `"${text}"`, `\`${text}\``])),
  commas: (text) => message(`one,${text},two;${text};three`),
  "a query": (text) => json({ path: `/api/v4/projects?x=1&t=${text}&page=2`, status: 200 }),
  "the end of a query": (text) => json({ path: `/api/v4/projects?t=${text}`, status: 200 }),
  "a query by Go": (text) => json({ uri: `/p?x=1&t=${text}&page=2` }).replaceAll("&", "\\u0026"),
  params: (text) =>
    json({
      params: [
        { key: "note", value: `see ${text}` },
        { key: "page", value: "1" },
      ],
    }),
  "nested params": (text) => json({ params: [{ key: "issue", value: { title: "x", description: text } }] }),
  "JSON in a string": (text) => json({ args: [json({ body: `see ${text}` })], class: "X" }),
  "JSON in JSON in a string": (text) => json({ args: [json({ body: json({ inner: text }) })] }),
  "a header": (text) => json({ headers: { "X-Custom": text }, ua: "curl" }),
  "a key": (text) => json({ extra: { [text]: 1 } }),
  "a list": (text) => json({ args: ["a", text, 3] }),
  "a plain line": (text) => `2020-09-14 09:00:42 refused ${text} twice`,
  "the start of a plain line": (text) => `${text} refused`,
  "the end of a plain line": (text) => `refused ${text}`,
  logfmt: (text) => `time="2020-09-14T11:00:02Z" level=info msg="refused ${text}" status=401`,
  "a cut record": (text) => `{"severity":"INFO","message":"refused ${text} and the`,
  "the user of a URL": (text) => json({ url: `https://${text}@gitlab.example.com/g/p.git` }),
  "an escape of its first letter": (text) =>
    message(`use ${text} now`).replace(`use ${text}`, `use ${escaped(text, 1)}`),
  "escapes of all letters": (text) => message(`use ${text} now`).replace(text, escaped(text, text.length)),
};

function escaped(text: string, count: number): string {
  const escapes = Array.from(
    text.slice(0, count),
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return escapes.join("") + text.slice(count);
}

export function* formLines(dice: Dice, rounds: number): Generator<SecretLine> {
  for (let round = 0; round < rounds; round += 1) {
    for (const [kind, make] of Object.entries(FORMS)) {
      for (const [place, put] of Object.entries(PLACES)) {
        const secret = make(dice);
        yield { kind, place, line: put(secret, dice), secrets: [lastOf(secret)] };
      }
      const whole = make(dice);
      // Half of it is enough to guess the rest of nothing; but that it was cut must not show it.
      const cut = whole.slice(0, Math.max(Math.ceil(whole.length * 0.75), 17));
      if (!/AKIA|ASIA|AIza/.test(whole)) {
        yield { kind, place: "cut", line: message(`refused ${cut}...`), secrets: [lastOf(cut)] };
        yield { kind, place: "cut with its line", line: `{"message":"refused ${cut}`, secrets: [lastOf(cut)] };
      }
    }
  }
}

/** Enough of a secret to know it again. */
function lastOf(secret: string): string {
  return secret.slice(-8);
}

const NAMES = [
  "password",
  "passwd",
  "new_password",
  "password_confirmation",
  "secret",
  "token",
  "private_token",
  "access_token",
  "refresh_token",
  "client_secret",
  "api_key",
  "apikey",
  "job_token",
  "runner_token",
  "webhook_secret",
  "secret_key",
  "private-token",
  "accessToken",
  "PASSWORD",
  "DB_PASSWORD",
  "secret_token",
] as const;

/** A secret with a name, in all ways to write the two. */
const SYNTAXES: Readonly<Record<string, (name: string, value: string, dice: Dice) => string>> = {
  "a query": (name, value) => json({ path: `/x?a=1&${name}=${value}&b=2` }),
  "the start of a query": (name, value) => json({ path: `/x?${name}=${value}&b=2` }),
  "the end of a query": (name, value) => json({ path: `/x?b=2&${name}=${value}`, status: 1 }),
  "a query by Go": (name, value) => json({ uri: `/x?a=1&${name}=${value}&b=2` }).replaceAll("&", "\\u0026"),
  "a form": (name, value) => json({ body: `utf8=1&user%5B${name}%5D=${value}&commit=x` }),
  "brackets of a form": (name, value) => json({ body: `utf8=1&user[${name}]=${value}&commit=x` }),
  "a query in a query": (name, value) => json({ path: `/login?to=${encodeURIComponent(`/x?${name}=${value}&b=2`)}` }),
  params: (name, value) =>
    json({
      params: [
        { key: "a", value: "b" },
        { key: name, value },
      ],
    }),
  "params with spaces": (name, value) => `{"params": [{"key": "${name}", "value": "${value}"}]}`,
  "nested params": (name, value) => json({ params: [{ key: "user", value: { login: "x", [name]: value } }] }),
  "a list of params": (name, value) => json({ params: [{ key: name, value: [value, `${value}x`] }] }),
  "a member": (name, value) => json({ [name]: value, a: 1 }),
  "a member of a member": (name, value) => json({ a: { b: { [name]: value } }, c: 1 }),
  "a member with a space": (name, value) => `{"${name}" : "${value}", "a": 1}`,
  "JSON in a string": (name, value) => json({ args: [json({ a: 1, [name]: value, b: "x" })], c: 1 }),
  "JSON in JSON in a string": (name, value) => json({ args: [json({ x: json({ a: 1, [name]: value, b: 2 }) })] }),
  "a hash of Ruby": (name, value) => json({ variables: `{"input"=>{"${name}"=>"${value}", "a"=>1}}` }),
  "a hash of Ruby with spaces": (name, value) => json({ variables: `{"input" => {"${name}" => "${value}"}}` }),
  "a symbol of Ruby": (name, value) => json({ message: `{:${name.replaceAll("-", "_")}=>"${value}", :a=>1}` }),
  "a dict of Python": (name, value) => json({ message: `{'${name}': '${value}', 'a': 1}` }),
  GraphQL: (name, value) =>
    json({ query: `mutation { create(input: {${name.replaceAll("-", "_")}: "${value}"}) { id } }` }),
  "an assignment": (name, value) => json({ message: `ran with ${name}=${value} and failed` }),
  "an assignment with spaces": (name, value) => json({ message: `${name} = ${value}` }),
  "an assignment with quotes": (name, value) => json({ message: `export ${name}="${value}"; run` }),
  "a list of assignments": (name, value) => json({ message: `user=x, ${name}=${value}, host=y` }),
  "a plain line": (name, value) => `ran with ${name}=${value} and failed`,
  logfmt: (name, value) => `level=info ${name}="${value}" msg=x`,
  "a cut record": (name, value) => `{"a":1,"${name}":"${value}`,
  "a header": (name, value) => json({ message: `curl --header "${name}: ${value}" https://x` }),
  "escapes of the name": (name, value) => `{"${escaped(name, 3)}":"${value}"}`,
  "an escape of the sign": (name, value) => json({ path: `/x?${name}=${value}` }).replace("=", "\\u003d"),
};

const VALUES: Readonly<Record<string, Make>> = {
  "letters and digits": (dice) => `${dice.text("alnum", 11 + dice.below(20))}${dice.below(10)}x`,
  hex: (dice) => `${dice.text("hex", 30)}a1`,
};

export function* namedLines(dice: Dice, rounds: number): Generator<SecretLine> {
  for (let round = 0; round < rounds; round += 1) {
    for (const name of NAMES) {
      for (const [place, write] of Object.entries(SYNTAXES)) {
        for (const make of Object.values(VALUES)) {
          const value = make(dice);
          yield { kind: name, place, line: write(name, value, dice), secrets: [value.slice(0, 8), value.slice(-8)] };
        }
      }
    }
  }
}

/** What is a secret by the way in which it is written. */
const WRITTEN: Readonly<Record<string, (dice: Dice) => { text: string; secret: string }>> = {
  "password of a URL": (dice) => {
    const secret = `${dice.text("alnum", 12)}${dice.pick(["", "%40", "@", "!", "$"])}${dice.text("alnum", 6)}`;
    const scheme = dice.pick(["https", "http", "postgresql", "redis", "amqp", "s3", "git+ssh", "ftp"]);
    return {
      text: `${scheme}://${dice.pick(["alice", "oauth2", "", "gitlab-ci-token"])}:${secret}@h.example:8080/g/p.git`,
      secret,
    };
  },
  "basic credentials": (dice) => {
    const secret = Buffer.from(`${dice.text("lower", 6)}:${dice.text("alnum", 15)}`).toString("base64");
    return { text: `Authorization: Basic ${secret}`, secret };
  },
  "basic credentials alone": (dice) => {
    const secret = Buffer.from(`${dice.text("lower", 6)}:${dice.text("alnum", 15)}`).toString("base64");
    return { text: `Basic ${secret}`, secret };
  },
  "a bearer": (dice) => {
    const secret = dice.text("alnum", 40);
    return {
      text: `${dice.pick(["Authorization", "authorization", "AUTHORIZATION"])}: ${dice.pick(["Bearer", "bearer"])} ${secret}`,
      secret,
    };
  },
  "a bearer alone": (dice) => {
    const secret = dice.text("hex", 64);
    return { text: `Bearer ${secret}`, secret };
  },
  "a session": (dice) => {
    const secret = dice.text("hex", 32);
    return { text: `Cookie: a=b; _gitlab_session=${secret}; c=d`, secret };
  },
  "an AWS secret key": (dice) => {
    const secret = dice.text("base64", 40);
    return {
      text: `${dice.pick(["aws_secret_access_key = ", "AWS_SECRET_ACCESS_KEY=", "secretAccessKey: "])}${secret}`,
      secret,
    };
  },
  "a signature": (dice) => {
    const secret = dice.text("hex", 64);
    return { text: `https://b.example/o?X-Amz-Date=20200914T090042Z&X-Amz-Signature=${secret}&x=1`, secret };
  },
  "a key file": (dice) => {
    const text = pem(dice, "\n");
    return { text, secret: text.split("\n").at(-2) ?? "" };
  },
  "a key of Windows": (dice) => {
    const text = pem(dice, "\r\n");
    return { text, secret: text.split("\r\n").at(-2) ?? "" };
  },
  "a key with a name": (dice) => {
    const text = pem(dice, "\n");
    return { text: `private_key=${text}`, secret: text.split("\n").at(-2) ?? "" };
  },
};

export function* writtenLines(dice: Dice, rounds: number): Generator<SecretLine> {
  for (let round = 0; round < rounds; round += 1) {
    for (const [kind, make] of Object.entries(WRITTEN)) {
      for (const [place, put] of Object.entries(PLACES)) {
        const { text, secret } = make(dice);
        // A key has lines, a URL has no other URL for its user, and a query has no spaces.
        const isLine = place.includes("plain") || place === "logfmt" || place === "a cut record";
        if (kind.startsWith("a key ") && isLine) continue;
        if (place === "the user of a URL" || (place.includes("query") && !kind.endsWith("URL"))) continue;
        yield { kind, place, line: put(text, dice), secrets: [secret.slice(0, 8), secret.slice(-8)] };
      }
    }
  }
}
