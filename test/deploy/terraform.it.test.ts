/**
 * Goal: the Terraform files can be read, are formatted and described, and name nothing that is not there; they ask for what
 * setup and the how-tos ask for.
 * Method: a check with the library that Terraform reads them with (test/servers/terraform), first seen to tell planted faults;
 * then values and roles against those of the program and of the pages.
 */
import { execFile } from "node:child_process";
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { DELIVERY_ATTEMPTS } from "../../src/backends/pubsub/dead-letters.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { googleGrants } from "../rights/role-table.ts";
import { buildGoProgram } from "../servers/go-program.ts";
import { CHECKOUT } from "./dockerfile.ts";

const FOLDER = join(CHECKOUT, "deploy/terraform");
const checker = await buildGoProgram("terraform");

async function problemsOf(folder: string): Promise<string> {
  try {
    await promisify(execFile)(checker ?? "", [folder]);
    return "";
  } catch (error) {
    const { code, stdout = "" } = error as { readonly code?: unknown; readonly stdout?: string };
    // Anything else is no answer.
    if (code !== 1) throw error;
    return stdout;
  }
}

async function planted(file: string, there: string, fault: string): Promise<string> {
  const folder = await tempFolder();
  await cp(FOLDER, folder, { recursive: true });
  const text = await readFile(join(folder, file), "utf8");
  expect(text).toContain(there);
  await writeFile(join(folder, file), text.replace(there, fault));
  return folder;
}

// Without Go there is no checker; on CI that is a failure in test/servers/go-program.ts.
describe.skipIf(checker === null)("the Terraform files", () => {
  it("have nothing wrong with them", async () => {
    expect(await problemsOf(FOLDER)).toBe("");
  });

  it.each([
    ["a brace that is missing", "kms.tf", "lifecycle {", "lifecycle", "kms.tf"],
    ["another format", "kms.tf", "  purpose  =", "  purpose =", "kms.tf: not formatted"],
    ["a variable that there is not", "buckets.tf", "var.location", "var.region", "var.region is not declared"],
    ["a local that there is not", "iam.tf", "local.readers", "local.viewers", "local.viewers is not declared"],
    [
      "a resource that there is not",
      "outputs.tf",
      "google_kms_crypto_key.signing.id",
      "google_kms_crypto_key.sign.id",
      "google_kms_crypto_key.sign is not declared",
    ],
    [
      "a variable that says nothing",
      "variables.tf",
      '  description = "Name of the bucket for what',
      '  # "Name of the bucket for what',
      'variable "vault_bucket" has no description',
    ],
    ["a variable that nobody needs", "buckets.tf", "var.soft_delete_days", "7", "var.soft_delete_days is never used"],
  ])("would be told of %s", async (_name, file, there, fault, told) => {
    expect(await problemsOf(await planted(file, there, fault))).toContain(told);
  });
});

it("subscriptions are as setup makes them", async () => {
  const text = await readFile(join(FOLDER, "subscriptions.tf"), "utf8");
  expect(text.match(/ttl = ""/g)).toHaveLength(2);
  expect(text.match(/ack_deadline_seconds {7}= 60/g)).toHaveLength(2);
  const days = [...text.matchAll(/message_retention_duration = "(\d+)s"/g)].map(
    ([, seconds]) => Number(seconds) / 86_400,
  );
  expect(days).toEqual([7, 31]);
  expect(text).toContain(`max_delivery_attempts = ${DELIVERY_ATTEMPTS}\n`);
});

it("no role is given that the how-to does not ask for", async () => {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith(".tf"));
  const texts = await Promise.all(files.map((name) => readFile(join(FOLDER, name), "utf8")));
  const given = new Set(texts.flatMap((text) => text.match(/(?<=\brole += ")roles\/[a-z]+\.[A-Za-z]+/g) ?? []));
  const page = await readFile(join(CHECKOUT, "docs/how-to/google-cloud.md"), "utf8");
  const rows = page.split("\n").filter((line) => line.startsWith("|"));
  // The account of Kubernetes that acts as one of Google.
  const others = ["roles/iam.workloadIdentityUser"];
  const asked = [...(rows.join().match(/roles\/[a-z]+\.[A-Za-z]+/g) ?? []), ...others];
  expect([...given].filter((role) => !asked.includes(role))).toEqual([]);
  expect(given.size).toBeGreaterThan(4);
});

it("nobody may create what the duty does not", async () => {
  const text = await readFile(join(FOLDER, "iam.tf"), "utf8");
  const given = [...text.matchAll(/duty = "(\w+)", bucket = "\w+", names = \[([^\]]+)\]/g)].flatMap(
    ([, duty = "", names = ""]) => [...names.matchAll(/"([^"]+)"/g)].map(([, name]) => `${duty}: ${name}`),
  );
  const grants = googleGrants(await readFile(join(CHECKOUT, "docs/security.md"), "utf8"));
  const needed = grants
    .filter(({ duty, right }) => right === "storage.objects.create" && ["worker", "sealer", "signer"].includes(duty))
    // A condition cannot say what stands in the middle of a name.
    .map(({ duty, on }) => `${duty}: ${duty === "signer" ? "vault/v1/" : on.replace(/\*$/, "")}`);
  expect(given.toSorted()).toEqual([...new Set(needed)].toSorted());
});
