import { resolve } from "node:path";
import { Command } from "commander";
import { createFileSource } from "../../backends/files/file-source.ts";
import { replaceFile } from "../../backends/files/replace-file.ts";
import { createExpectation, type Expectation } from "../../cases/expectation.ts";
import { expectationDiff } from "../../cases/expectation-diff.ts";
import type { PipelineSettings } from "../../config/pipeline.ts";
import { IoError, UsageError } from "../../core/fault.ts";
import { catalogueFields } from "../../derive/catalogue-fields.ts";
import { DIMENSION_FIELDS } from "../../derive/dimensions.ts";
import type { Catalogue } from "../../derive/event-rules.ts";
import { fileFault, readYamlFile } from "../../yaml/yaml-file.ts";
import { createLineDecoder } from "../open/lines/line-decoder.ts";
import { collect, withSetOption } from "../options/options.ts";
import { EXIT_NOT_RIGHT, EXIT_OK, exitCodeOf, isToldError } from "../process/exit-code.ts";
import { loadCatalogue, loadSettings, pipelinePath } from "../settings.ts";
import { print, printColoured } from "../terminal/print.ts";
import { asLine } from "../terminal/tell.ts";
import { chooseCases, expectedPath, findCases, inputFiles, readExpected, type TestCase } from "./test-case.ts";
import { badText, type TestOutcome, type TestResult, testJson, testSummary, testText } from "./test-outcome.ts";

interface TestOptions {
  readonly set?: readonly string[];
  readonly catalogue?: string;
  readonly fixtures?: string;
  readonly case?: readonly string[];
  readonly update?: true;
  readonly json?: true;
}

/** A case, and by what its lines are read. */
interface BoundCase extends TestCase {
  readonly settings: PipelineSettings;
  readonly catalogue: Catalogue;
}

/** As for any new file: the umask takes from it. */
const EXPECTED_MODE = 0o666;

const EXAMPLES = `
Examples:
  logtally test
  logtally test pipelines/prod.yaml pipelines/staging.yaml
  logtally test --case ssh_push --catalogue my-catalogue.yaml
  logtally test pipelines/prod.yaml --update && git diff
`;

export function testCommand(): Command {
  const command = new Command("test")
    .description(
      "Reads the lines of each case, a folder in fixtures/PIPELINE, as a run of the pipeline would, and holds what they " +
        "become against the expected.yaml beside them. Reads no archive; writes only with --update.",
    )
    .argument("[pipeline...]", "pipeline files (default: pipelines/local.yaml)")
    .option(
      "--fixtures <dir>",
      "the folder that holds PIPELINE/CASE (default: fixtures, beside the pipeline's folder or its file)",
    )
    .option("--catalogue <file>", "test this catalogue (default: the pipeline's)")
    .option("--case <name>", "only this case, CASE or PIPELINE/CASE; repeatable", collect(String))
    .option("--update", "accept what was found: write it into expected.yaml where it differs or is missing")
    .option("--json", "print a JSON line for each case");
  return withSetOption(command).addHelpText("after", EXAMPLES).action(test);
}

async function test(pipelines: readonly string[], options: TestOptions): Promise<void> {
  const all: BoundCase[] = [];
  for (const pipeline of pipelines.length === 0 ? [undefined] : pipelines) {
    all.push(...(await casesOf(pipeline, options)));
  }
  const isJson = options.json === true;
  const format = isJson ? testJson : testText;
  const show = isJson ? print : printColoured;
  const results: TestResult[] = [];
  let faultCode = EXIT_OK;
  for (const each of chooseCases(all, options.case)) {
    try {
      const outcome = await testCase(each, options.update === true);
      results.push(outcome.result);
      await show(format(outcome));
    } catch (error) {
      if (!isToldError(error)) throw error;
      faultCode ||= exitCodeOf(error);
      results.push("bad");
      process.stderr.write(badText(each, error.lines.map(asLine).join("\n")));
    }
  }
  const summary = testSummary(results);
  if (isJson) process.stderr.write(summary);
  else await print(summary);
  const isOpen = results.some((result) => result === "differs" || result === "new");
  if (isOpen) process.stderr.write('logtally: not all is as expected (hint: "--update" accepts what was found)\n');
  process.exitCode = faultCode || (isOpen ? EXIT_NOT_RIGHT : EXIT_OK);
}

async function casesOf(pipeline: string | undefined, options: TestOptions): Promise<BoundCase[]> {
  const settings = await loadSettings(pipeline, { set: options.set ?? [] });
  const catalogue = await loadCatalogue(options.catalogue ?? settings.cataloguePath);
  const cases = await findCases(resolve(pipelinePath(pipeline)), settings.name, options.fixtures);
  return cases.map((each) => ({ ...each, settings, catalogue }));
}

/** Rejects with `UsageError` for a case that cannot be read, with `IoError` where the expectation cannot be written. */
async function testCase(test: BoundCase, isUpdate: boolean): Promise<TestOutcome> {
  const expected = await readExpected(test);
  const { lines, events, text } = await findExpectation(test);
  const diff = expected === null ? [] : expectationDiff(expected, text);
  const outcome = (result: TestOutcome["result"]): TestOutcome => ({ test, result, lines, events, diff });
  if (expected !== null && diff.length === 0) return outcome("ok");
  if (isUpdate) {
    await replaceFile(expectedPath(test), text, EXPECTED_MODE);
    return outcome("updated");
  }
  if (expected === null) return outcome("new");
  checkExpected(expected, expectedPath(test));
  return outcome("differs");
}

/** What the lines of the case become now. */
async function findExpectation({ settings, catalogue, ...test }: BoundCase): Promise<Expectation> {
  const decoder = createLineDecoder(settings, [...catalogueFields(catalogue), ...DIMENSION_FIELDS]);
  const expectation = createExpectation(catalogue, decoder.slotOf, settings.instance);
  const source = createFileSource(await inputFiles(test), () => undefined);
  try {
    for await (const { payload } of source.deliveries(new AbortController().signal)) {
      decoder.decode(payload, (line, fields) => expectation.add(line, fields));
    }
  } catch (error) {
    // Whoever asks for a test names its input: what cannot be read is no fault of a store.
    if (error instanceof IoError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
  return expectation.finish();
}

/** A diff against half a file, or against one that was never merged, would only mislead. Throws `UsageError`. */
function checkExpected(text: string, path: string): void {
  const yaml = readYamlFile(text, path, "expectation", '"totals:" and "lines:"');
  if (yaml.fields === null || yaml.problems.length > 0) throw fileFault(yaml, []);
}
