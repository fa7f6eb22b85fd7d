import type { Chance } from "../chance.ts";
import { NOTHING_CARRIED, type Writing } from "../left-line.ts";
import { railsTime } from "../log-time.ts";
import { contextOf, type Request } from "./context.ts";

/** One operation of a GraphQL request, as its client wrote it. */
export interface GraphqlOperation {
  readonly document: string;
  /** As the request names it; null where it does not. */
  readonly operationName: string | null;
  readonly isMutation: boolean;
}

/** Shapes of the line in releases of 2019, 2020 and today. Only the last says who and what by itself. */
export type GraphqlShape = "2019" | "2020" | "tracer";

/** A line of graphql_json: one for each operation. */
export function graphqlLine(
  chance: Chance,
  timeMs: number,
  request: Request,
  operation: GraphqlOperation,
  shape: GraphqlShape,
): Writing {
  const time = railsTime(timeMs);
  const head = { severity: "INFO", time, correlation_id: request.id };
  const { document, operationName, isMutation } = operation;
  const path = request.project?.path ?? "";
  const complexity = 1 + chance.below(200);
  const depth = 1 + chance.below(9);
  if (shape === "2019") {
    const members = { ...head, query_string: document, variables: {}, complexity, depth, duration: "2.4ms" };
    return { members, carried: NOTHING_CARRIED };
  }
  if (shape === "2020") {
    const variables = chance.share(0.5) ? { fullPath: path } : `{"fullPath"=>"${path}"}`;
    const members = { ...head, query_string: document, variables, complexity, depth, duration_s: chance.seconds(0.1) };
    return { members, carried: NOTHING_CARRIED };
  }
  const name = operationName ?? "anonymous";
  // The query names its project among the variables only: the context has none.
  const { members, carried } = contextOf(chance, { ...request, project: null, caller: `graphql:${name}` });
  return {
    members: {
      ...head,
      trace_type: "execute_query",
      query_fingerprint: `${name}/1/${chance.digits(43)}=`,
      duration_s: chance.seconds(2),
      operation_name: operationName,
      operation_fingerprint: `${name}/${chance.digits(43)}=`,
      is_mutation: isMutation,
      variables: isMutation ? '{"input"=>"[FILTERED]"}' : `{"fullPath"=>"${path}"}`,
      query_string: document,
      ...members,
      "query_analysis.duration_s": chance.seconds(0.01),
      "query_analysis.depth": depth,
      "query_analysis.complexity": complexity,
      "query_analysis.used_fields": ["Issue.iid", "Issue.title", "Project.issues", "Query.project"],
      "query_analysis.used_deprecated_fields": [],
      "query_analysis.used_deprecated_arguments": [],
    },
    carried,
  };
}
