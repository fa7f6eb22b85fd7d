/** The benchmark: see docs/performance.md. Exits with 1 where a goal is missed. */
import { parseArgs } from "node:util";
import { measureContest } from "./contest.ts";
import { measureGenerator } from "./generator-pace.ts";
import { isMet } from "./goal.ts";
import { machineLine, thisMachine } from "./machine.ts";
import { type Report, reportJson, reportText } from "./report.ts";
import { measureStages } from "./stages.ts";

const { values } = parseArgs({
  options: {
    lines: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "5" },
    memory: { type: "boolean", default: false },
    stages: { type: "boolean", default: false },
    generate: { type: "boolean", default: false },
    all: { type: "boolean", default: false },
    markdown: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const lines = Number(values.lines);
const rounds = Number(values.rounds);
if (!(Number.isInteger(lines) && lines >= 1 && Number.isInteger(rounds) && rounds >= 1)) {
  throw new Error("run bench: --lines and --rounds are whole numbers from 1 on");
}

const machine = thisMachine();
const withContest = values.all || !(values.stages || values.generate);
const reports: Report[] = [];
if (withContest) reports.push(await measureContest({ lines, rounds, withMemory: values.memory }));
if (values.all || values.stages) reports.push(await measureStages(lines, rounds));
if (values.all || values.generate) reports.push(await measureGenerator(rounds));
const form = values.markdown ? "markdown" : "text";
process.stdout.write(values.json ? reportJson(machine, reports) : reportText(machineLine(machine), reports, form));
if (reports.some(({ goals }) => !goals.every(isMet))) process.exitCode = 1;
