import { Command, InvalidArgumentError } from "commander";
import { HOLD_ID, MOST_REASON_CHARACTERS } from "../../../archive/hold/hold-record.ts";
import { instantBefore } from "../../options/instant.ts";
import { withPipelineOptions } from "../../options/options.ts";
import { checkSpan, type TimeSpan } from "../../options/time-span.ts";
import { SYSTEM_CLOCK } from "../../process/clock.ts";
import type { PipelineOptions } from "../../settings.ts";
import { listHeld, releaseHold, renewHold, setHold } from "./holding.ts";

const PIPELINE = "the pipeline whose archive it is (default: pipelines/local.yaml)";

interface SetOptions extends PipelineOptions, TimeSpan {
  readonly reason: string;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  logtally archive hold set gitlab-com.yaml --since 2020-12-01 --until 2021-01-01 --reason "case 4711"
  logtally archive hold list gitlab-com.yaml --check
  logtally archive hold release 20201222T090000Z-0123abcd gitlab-com.yaml --reason "case 4711 is closed"
`;

export function holdCommand(): Command {
  return new Command("hold")
    .description(
      "Puts holds of Cloud Storage on the sealed objects of a span: while one is there, nobody can remove or replace them. " +
        "Why is noted in the archive. A folder has no holds.",
    )
    .addHelpText("after", EXAMPLES)
    .addCommand(setCommand())
    .addCommand(renewCommand())
    .addCommand(listCommand())
    .addCommand(releaseCommand());
}

function setCommand(): Command {
  const instant = instantBefore(SYSTEM_CLOCK.nowMs());
  const command = new Command("set")
    .summary("hold a span")
    .description("Holds the sealed objects with lines of a span, and what proves them: manifests, digests, keys.")
    .argument("[pipeline]", PIPELINE)
    .option("--since <time>", "lines of this time and later: RFC 3339, a day, or so long ago (7d)", instant)
    .option("--until <time>", "lines before this time, written likewise", instant)
    .requiredOption("--reason <text>", "why; it is noted in the archive", reason)
    .option("--json", "print JSON");
  return withPipelineOptions(command).action(async (pipeline: string | undefined, options: SetOptions) => {
    checkSpan(options, "hold lines");
    await setHold(pipeline, options);
  });
}

function renewCommand(): Command {
  const command = new Command("renew")
    .summary("hold what was sealed of its span since, or was not reached")
    .description(
      "Holds the objects of a hold again: what was sealed since, and what an interrupted command did not reach.",
    )
    .argument("<hold>", "its id", holdIdOf)
    .argument("[pipeline]", PIPELINE)
    .option("--json", "print JSON");
  return withPipelineOptions(command).action(renewHold);
}

function listCommand(): Command {
  const command = new Command("list")
    .summary("all holds, also those that were released")
    .description(
      "Lists all holds with their reasons. With --check exits with 1 where the store does not hold everything.",
    )
    .argument("[pipeline]", PIPELINE)
    .option("--check", "ask the store for each object whether it is held")
    .option("--json", "print JSON");
  return withPipelineOptions(command).action(listHeld);
}

function releaseCommand(): Command {
  const command = new Command("release")
    .summary("end a hold")
    .description("Takes the holds of a span away, but for objects that another hold covers too.")
    .argument("<hold>", "its id", holdIdOf)
    .argument("[pipeline]", PIPELINE)
    .requiredOption("--reason <text>", "why; it is noted in the archive", reason)
    .option("--json", "print JSON");
  return withPipelineOptions(command).action(releaseHold);
}

function reason(value: string): string {
  const text = value.trim();
  if (text !== "" && text.length <= MOST_REASON_CHARACTERS && text.isWellFormed()) return text;
  throw new InvalidArgumentError(`It must be a text of at most ${MOST_REASON_CHARACTERS} characters.`);
}

function holdIdOf(value: string): string {
  if (HOLD_ID.test(value)) return value;
  throw new InvalidArgumentError("It must be the id of a hold, as archive hold list shows it.");
}
