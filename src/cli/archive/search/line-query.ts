import type { Command } from "commander";
import { fieldCondition } from "../../options/field-condition.ts";
import { instantBefore } from "../../options/instant.ts";
import { collect } from "../../options/options.ts";
import { SYSTEM_CLOCK } from "../../process/clock.ts";
import type { PipelineOptions } from "../../settings.ts";
import type { LineConditions } from "./line-filter.ts";

/** Which lines are asked for. */
export interface LineQueryOptions extends PipelineOptions, LineConditions {
  readonly since?: number;
  readonly until?: number;
}

/** The command with these options. */
export function withLineQuery(command: Command): Command {
  const instant = instantBefore(SYSTEM_CLOCK.nowMs());
  return command
    .option(
      "--since <time>",
      "lines of this time and later: RFC 3339 (without offset UTC), a day, or so long ago (90s, 30m, 2h, 7d)",
      instant,
    )
    .option("--until <time>", "lines before this time, written likewise; a line without time is in no span", instant)
    .option("--log <name>", "lines of this log, by its name or another of its names, or unknown")
    .option("--event <name>", "lines that count this event, or any")
    .option("--user <who>", "lines of this user, by number (101) or, where lines give none, by name (alice)")
    .option("--group <path>", "lines of this root group")
    .option("--project <path>", "lines of this project")
    .option("--correlation-id <id>", "lines whose correlation_id is this")
    .option("--status <code>", "lines with this status, or with one of a class: 404, 5xx")
    .option("--field <k=v>", "lines whose field has this value; repeatable", collect(fieldCondition))
    .option("--text <text>", "lines whose archived bytes hold this text; case counts");
}

/** The command with an option for lines that are no record. A pack has no word for it: its report is a format. */
export function withQuarantined(command: Command): Command {
  return command.option(
    "--quarantined <reason>",
    "lines that are no record, for this reason, or any; most have no time, and are in no span",
  );
}
