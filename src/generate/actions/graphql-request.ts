import type { Deed } from "../left-line.ts";
import { type GraphqlOperation, graphqlLine } from "../lines/graphql-line.ts";
import { productionLine } from "../lines/rails-line.ts";
import { type Action, requestOf } from "./actor.ts";
import { leaveAccess } from "./machinery.ts";
import { graphqlDeeds } from "./request-deeds.ts";

/** What clients send, how often, and what it does. */
interface Query extends GraphqlOperation {
  readonly kind: "query" | "mutation" | "subscription";
  readonly operation: Deed["operation"];
  readonly detail: string;
  readonly weight: number;
}

const QUERIES: readonly Query[] = [
  read(
    "issueList",
    "query issueList($fullPath: ID!) { project(fullPath: $fullPath) { issues { nodes { iid } } } }",
    20,
  ),
  read("pipelines", "query pipelines($path: ID!) { project(fullPath: $path) { pipelines { nodes { id } } } }", 12),
  // Clients that name nothing.
  { ...read(null, "{ currentUser { username } }", 6), detail: "(anonymous)" },
  { ...read(null, 'query { echo(text: "mutation { x }") }', 2), detail: "(anonymous)" },
  // A comment, a mark of byte order, and a fragment before the operation.
  read("withComment", "\ufeff# mutation { nothing }\nquery withComment { metadata { version } }", 2),
  read("withFragment", "fragment F on Issue { iid } query withFragment { project { issue { ...F } } }", 3),
  // Several in one document: the name chooses.
  read("second", "query first { a } query second { b }", 2),
  // Cut on its way: it cannot be read, so not even its name holds.
  { ...read(null, 'query broken { project(fullPath: "x") { id }', 1), detail: "(unparsable)" },
  change(
    "createNote",
    "mutation createNote($i: CreateNoteInput!) { createNote(input: $i) { note { id } } }",
    "create",
    8,
  ),
  change("setLabels", "mutation setLabels($i: X!) { updateIssue(input: $i) { errors } }", "update", 4),
  change("removeNote", "mutation removeNote($i: X!) { destroyNote(input: $i) { errors } }", "delete", 2),
  change("addBoard", "mutation addBoard { done: boardListCreate(input: {}) { errors } }", "create", 1),
  change("accept", "mutation accept { mergeRequestAccept(input: {}) { errors } }", "update", 2),
  change("drop", "mutation drop { ... on Mutation { errors } snippetDestroy(input: {}) { errors } }", "delete", 1),
  { ...change(null, "mutation { todoMarkDone(input: {}) { errors } }", "update", 1), detail: "(anonymous)" },
  {
    ...read("issueUpdated", "subscription issueUpdated($id: ID!) { issuableTitleUpdated(id: $id) { id } }", 2),
    kind: "subscription",
  },
];

/** One HTTP request with one to three operations, each of which leaves a line and counts by itself. */
export const graphqlRequest: Action = (scene, actor, timeMs) => {
  const { chance } = scene;
  const count = chance.share(0.85) ? 1 : 2 + chance.below(2);
  const shape = chance.pick(["2019", "2020", "tracer", "tracer", "tracer"] as const);
  const request = requestOf(scene, actor, "GraphqlController#execute", "issue_tracking");
  for (let index = 0; index < count; index += 1) {
    const query = chance.weighted(QUERIES.filter((each) => shape === "tracer" || isTold(each)));
    const lineMs = timeMs + index;
    const deeds = graphqlDeeds(query.kind, query.operation, query.detail);
    scene.leave("rails.graphql", lineMs, graphqlLine(chance, lineMs, request, query, shape), deeds);
  }
  const params = [["query", "[FILTERED]"]] as const;
  const controller = "GraphqlController";
  const answer = {
    method: "POST",
    path: "/api/graphql",
    format: "json",
    controller,
    action: "execute",
    status: 200,
    params,
  };
  const line = productionLine(chance, timeMs + 90, request, answer);
  scene.leave("rails.production", timeMs + 90, line);
  const { address, agent } = request;
  const contentType = "application/json; charset=utf-8";
  leaveAccess(
    scene,
    line,
    { uri: "/api/graphql", route: "^/api/graphql\\z", address, agent, contentType },
    timeMs + 95,
  );
};

/** Of a document with several operations only the newest lines say which. */
function isTold({ document }: Query): boolean {
  return !document.includes("query second");
}

function read(name: string | null, document: string, weight: number): Query {
  const detail = name ?? "(anonymous)";
  return { document, operationName: name, isMutation: false, kind: "query", operation: "read", detail, weight };
}

function change(name: string | null, document: string, operation: Deed["operation"], weight: number): Query {
  const detail = name ?? "(anonymous)";
  return { document, operationName: name, isMutation: true, kind: "mutation", operation, detail, weight };
}
