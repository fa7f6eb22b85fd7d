/**
 * Goal: `setup` makes a subscription that loses nothing, once, and mends one that would; `check` tells what would.
 * Method: the program as a user starts it, on Google's own fake of the service, which is asked by Google's own client
 * for what is there.
 */
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import pubsub from "@google-cloud/pubsub-api";
import { GoogleAuth, grpc } from "google-gax";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { makeBucket } from "../servers/bucket.ts";
import { expectOneLine, filesBelow, logtally, type Outcome } from "./logtally.ts";

const host = inject("pubsubHost") ?? "";
const gcsUrl = inject("gcsUrl") ?? "";
const DAY_SECONDS = 24 * 60 * 60;

let publisher: InstanceType<typeof pubsub.v1.PublisherClient>;
let subscriber: InstanceType<typeof pubsub.v1.SubscriberClient>;
/** Full names, of their own in each test. */
let topic = "";
let subscription = "";
let letters = "";

beforeAll(() => {
  const [servicePath = "", port = ""] = host.split(":");
  const auth = new GoogleAuth({ clientOptions: { universeDomain: "googleapis.com" } });
  const server = { servicePath, port: Number(port), sslCreds: grpc.credentials.createInsecure(), auth };
  publisher = new pubsub.v1.PublisherClient(server);
  subscriber = new pubsub.v1.SubscriberClient(server);
});
afterAll(() => Promise.all([publisher.close(), subscriber.close()]));
beforeEach(() => {
  const id = randomBytes(6).toString("hex");
  topic = `projects/gitlab/topics/pubsub-rails-inf-${id}`;
  subscription = `projects/test/subscriptions/logtally-${id}`;
  letters = `projects/test/topics/logtally-${id}-dead-letter`;
});

/** A command on a pipeline that reads the subscription into a folder. */
async function on(
  command: string,
  args: readonly string[] = [],
  source = `topic: ${topic}`,
  place = host,
): Promise<Outcome> {
  const pipeline = join(await tempFolder(), "gitlab.yaml");
  const fields = `kind: pubsub, subscription: ${subscription}, ${source}`;
  await writeFile(pipeline, `name: gitlab\nsource: {${fields}}\narchive: {kind: folder, path: archive}\n`);
  return logtally([command, pipeline, ...args], { env: { PUBSUB_EMULATOR_HOST: place } });
}

/** The lines of a setup that are about the subscription. */
async function setUp(args: readonly string[] = [], source?: string): Promise<string[]> {
  const { code, stdout, stderr } = await on("setup", args, source);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout.trimEnd().split("\n").slice(1);
}

interface Described {
  readonly topic: string;
  readonly retentionDays: number;
  readonly isMortal: boolean;
  readonly letters: readonly [topic: string, attempts: number] | null;
}

async function describeIt(name: string): Promise<Described> {
  const [found] = await subscriber.getSubscription({ subscription: name });
  const { deadLetterTopic, maxDeliveryAttempts } = found.deadLetterPolicy ?? {};
  return {
    topic: found.topic ?? "",
    retentionDays: Number(found.messageRetentionDuration?.seconds) / DAY_SECONDS,
    // Without a policy the service has one of its own: it deletes after 31 days.
    isMortal: !found.expirationPolicy || Boolean(found.expirationPolicy.ttl?.seconds),
    letters: deadLetterTopic ? [deadLetterTopic, maxDeliveryAttempts ?? 0] : null,
  };
}

const lettersName = (): string => letters.replace("/topics/", "/subscriptions/");

// Without Go there is no server; on CI that fails in test/servers/setup.ts.
describe.skipIf(host === "")("a subscription", () => {
  it("is shown by a dry run, made by setup with its dead letters, and left as it is by another", async () => {
    await publisher.createTopic({ name: topic });
    const things = [
      `topic "${letters}"`,
      `subscription "${lettersName()}" of topic "${letters}"`,
      `subscription "${subscription}" of topic "${topic}"`,
    ];
    const byHand = [
      expect.stringMatching(
        /^by hand {2}gcloud pubsub topics add-iam-policy-binding \S+-dead-letter .*roles\/pubsub\.publisher #/,
      ),
      expect.stringMatching(
        /^by hand {2}gcloud pubsub subscriptions add-iam-policy-binding .*roles\/pubsub\.subscriber #/,
      ),
    ];
    expect(await setUp(["--dry-run"])).toEqual([
      ...things.map((what) => `create   ${what} (not done: dry run)`),
      ...byHand,
    ]);
    await expect(describeIt(subscription)).rejects.toThrow("NOT_FOUND");

    expect(await setUp()).toEqual([...things.map((what) => `create   ${what}`), ...byHand]);
    const lasting = { retentionDays: 7, isMortal: false };
    expect(await describeIt(subscription)).toEqual({ topic, ...lasting, letters: [letters, 100] });
    expect(await describeIt(lettersName())).toEqual({ topic: letters, ...lasting, retentionDays: 31, letters: null });

    const there = [`topic "${letters}"`, `subscription "${lettersName()}"`, `subscription "${subscription}"`];
    expect(await setUp()).toEqual([...there.map((what) => `there    ${what}`), ...byHand]);
    expect(await on("check")).toMatchObject({ code: 0, stderr: "" });
  });

  it("that would lose messages is told by check, and brought up to date by setup", async () => {
    await publisher.createTopic({ name: topic });
    await publisher.createTopic({ name: letters });
    await subscriber.createSubscription({
      name: subscription,
      topic,
      ackDeadlineSeconds: 10,
      messageRetentionDuration: { seconds: DAY_SECONDS },
      expirationPolicy: { ttl: { seconds: 31 * DAY_SECONDS } },
      deadLetterPolicy: { deadLetterTopic: letters, maxDeliveryAttempts: 5 },
    });
    const { code, stderr } = await on("check");
    expect(code).toBe(3);
    const lines = [
      `subscription "${subscription}" keeps messages for 24 hours only`,
      `subscription "${subscription}" is deleted after 31 days without readers`,
      `subscription "${subscription}" gives messages up after 5 attempts`,
      `dead letters of "${subscription}" are lost: topic "${letters}" has no subscription`,
    ];
    expect(stderr.trimEnd().split("\n")).toEqual(
      lines.map((line) => expect.stringMatching(new RegExp(`^bad {2}source +${line}.*\\(hint: gcloud pubsub sub`))),
    );

    const [, , updated] = await setUp();
    const changes =
      "keeps messages for 7 days, is never deleted for want of readers, gives messages up after 100 attempts";
    expect(updated).toBe(`update   subscription "${subscription}": ${changes}`);
    expect(await describeIt(subscription)).toEqual({
      topic,
      retentionDays: 7,
      isMortal: false,
      letters: [letters, 100],
    });
    expect(await on("check")).toMatchObject({ code: 0, stderr: "" });
  });

  it("without dead letters stays without, and what it keeps for longer stays longer", async () => {
    await publisher.createTopic({ name: topic });
    await subscriber.createSubscription({
      name: subscription,
      topic,
      ackDeadlineSeconds: 10,
      messageRetentionDuration: { seconds: 20 * DAY_SECONDS },
      expirationPolicy: { ttl: { seconds: 31 * DAY_SECONDS } },
    });
    const update = `update   subscription "${subscription}": is never deleted for want of readers`;
    expect(await setUp([], "topic: x")).toEqual([update]);
    expect(await describeIt(subscription)).toEqual({ topic, retentionDays: 20, isMortal: false, letters: null });
  });

  it("of a topic that is not there, or that is not named, is refused in one line", async () => {
    const missing = await on("setup");
    expect(missing.code).toBe(3);
    expectOneLine(missing.stderr, `topic "${topic}": not there (hint: `, `gcloud pubsub topics create ${topic})`);
    const nameless = await on("setup", [], "");
    expect(nameless.code).toBe(2);
    expectOneLine(nameless.stderr, `create subscription "${subscription}": source.topic does not say of which topic`);
  });

  it("whose topic was deleted is told by check", async () => {
    await publisher.createTopic({ name: topic });
    await setUp();
    await publisher.deleteTopic({ topic });
    const { code, stderr } = await on("check");
    expect(code).toBe(3);
    expectOneLine(stderr, `subscription "${subscription}" gets no messages: its topic was deleted`);
  });
});

/** Codes of gRPC. */
const NOT_FOUND = 5;
const DENIED = 7;

/** By name of the request: the code that it is refused with, by what it is about. */
type Refusals = Readonly<Record<string, (request: string) => number>>;

/** A server that knows only how to refuse. The caller stops it. */
async function refusing(refusals: Refusals): Promise<{ place: string; stop: () => void }> {
  const server = new grpc.Server();
  const same = (bytes: Buffer): Buffer => bytes;
  for (const [name, codeOf] of Object.entries(refusals)) {
    const path = `/google.pubsub.v1.${name.includes("Topic") ? "Publisher" : "Subscriber"}/${name}`;
    const codec = {
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    };
    server.addService(
      { [name]: { path, requestStream: false, responseStream: false, ...codec } },
      {
        [name]: ({ request }: { readonly request: Buffer }, done: grpc.sendUnaryData<Buffer>) =>
          done({ code: codeOf(request.toString("latin1")), details: "User not authorized." }),
      },
    );
  }
  const port = await promisify(server.bindAsync.bind(server))("127.0.0.1:0", grpc.ServerCredentials.createInsecure());
  return { place: `127.0.0.1:${port}`, stop: () => server.forceShutdown() };
}

describe("a setup that the credentials do not allow", () => {
  const cases: readonly (readonly [operation: string, role: string, refusals: Refusals])[] = [
    ['look at "projects/test/subscriptions/', "viewer", { GetSubscription: () => DENIED }],
    [
      'create "projects/test/topics/',
      "editor",
      {
        GetSubscription: () => NOT_FOUND,
        // A topic of another project may be out of sight, and still be read.
        GetTopic: (request) => (request.includes("dead-letter") ? NOT_FOUND : DENIED),
        ListTopicSubscriptions: () => NOT_FOUND,
        CreateTopic: () => DENIED,
      },
    ],
  ];
  it.each(cases)("is told with the role that allows it: %s", async (operation, role, refusals) => {
    const { place, stop } = await refusing(refusals);
    try {
      const { code, stderr } = await on("setup", [], `topic: ${topic}`, place);
      expect(code).toBe(3);
      const hint = `(hint: gcloud projects add-iam-policy-binding test --member=PRINCIPAL --role=roles/pubsub.${role})`;
      expectOneLine(stderr, `logtally: ${operation}`, `: User not authorized ${hint}`);
    } finally {
      stop();
    }
  });
});

describe("the archive", () => {
  it("is a folder that setup makes", async () => {
    const folder = await tempFolder();
    const pipeline = join(folder, "stdin.yaml");
    await writeFile(pipeline, "name: stdin\nsource: {kind: stdin}\narchive: {kind: folder, path: a/b}\n");
    const lines: string[] = [];
    for (const args of [["--dry-run"], [], []]) lines.push((await logtally(["setup", pipeline, ...args])).stdout);
    const what = `folder "${join(folder, "a/b")}"`;
    expect(lines).toEqual([`create   ${what} (not done: dry run)\n`, `create   ${what}\n`, `there    ${what}\n`]);
    expect(await filesBelow(folder)).toEqual(["stdin.yaml"]);
  });

  // Without Go there is no server; on CI that fails in test/servers/setup.ts.
  it.skipIf(gcsUrl === "")("is a bucket that setup reaches, and does not make", async () => {
    const pipeline = join(await tempFolder(), "stdin.yaml");
    await writeFile(pipeline, "name: stdin\nsource: {kind: stdin}\narchive: {kind: folder, path: a/b}\n");
    const setUpBucket = (bucket: string): Promise<Outcome> =>
      logtally(["setup", pipeline, "--archive", `gs://${bucket}/a`, "--set", `archive.endpoint=${gcsUrl}`]);
    const bucket = await makeBucket(gcsUrl);
    const there = `there    bucket "gs://${bucket}/a", to be written\n`;
    expect(await setUpBucket(bucket)).toMatchObject({ code: 0, stderr: "", stdout: there });
    const missing = await setUpBucket("logtally-no-such-bucket");
    expect(missing.code).toBe(3);
    expectOneLine(missing.stderr, "gcloud storage buckets create gs://logtally-no-such-bucket");
  });
});
