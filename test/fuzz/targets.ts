import type { FuzzTarget } from "./target.ts";
import { bulkAnswer, gcsAnswer, pubsubAnswer, searchAnswer } from "./targets/answers.ts";
import { catalogue, override, pipeline, report, writtenYaml, yaml } from "./targets/configuration.ts";
import { digits } from "./targets/digits.ts";
import { fieldReader } from "./targets/field-reader.ts";
import { graphql } from "./targets/graphql.ts";
import { lines } from "./targets/lines.ts";
import { lookup } from "./targets/lookup.ts";
import { message } from "./targets/message.ts";
import { pack, proof } from "./targets/proof.ts";
import { forgedSegment, segment, vaultSegment } from "./targets/segment.ts";
import { checkpoints, logNames, merkle, names, values } from "./targets/small-texts.ts";
import { digest, keyStatement, manifest, plan, receipt, rollup } from "./targets/stored-json.ts";
import { time } from "./targets/time.ts";

/** All of them, in the order in which they run. */
export const TARGETS: readonly FuzzTarget[] = [
  [names, values, logNames, checkpoints, merkle],
  [bulkAnswer, searchAnswer, gcsAnswer, pubsubAnswer],
  [segment, vaultSegment, forgedSegment],
  [yaml, writtenYaml, pipeline, override, report, catalogue],
  [message, lines, fieldReader, digits, time, graphql],
  [lookup],
  [manifest, plan, digest, keyStatement, receipt, rollup],
  [proof, pack],
].flat();

/** Throws for a name that none has. */
export function targetNamed(name: string): FuzzTarget {
  const target = TARGETS.find((each) => each.name === name);
  if (target === undefined) throw new RangeError(`no target "${name}"`);
  return target;
}
