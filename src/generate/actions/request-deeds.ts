import type { Deed } from "../left-line.ts";

type Operation = Deed["operation"];

/** What a request to the API does: itself, and where it succeeds the record that it is about. */
export function restDeeds(operation: Operation, detail: string, status: number): readonly Deed[] {
  const request: Deed = { event: "rest_request", operation, detail };
  return operation !== "none" && isSuccess(status) ? [request, record(operation, detail)] : [request];
}

/** The same of a request to a controller, which answers a change by a redirect, and a look by a page. */
export function railsDeeds(operation: Operation, detail: string, status: number, isPage: boolean): readonly Deed[] {
  const deeds: Deed[] = [{ event: "rails_request", operation, detail }];
  if (isPage && status === 200) deeds.push({ event: "pageview", operation: "read", detail });
  const isDone = isSuccess(status) || (operation !== "read" && status >= 300 && status < 400);
  if (operation !== "none" && isDone) deeds.push(record(operation, detail));
  return deeds;
}

/** An operation of GraphQL. A mutation's line does not say how it went. */
export function graphqlDeeds(kind: "query" | "mutation" | "subscription", operation: Operation, detail: string) {
  const deed: Deed = { event: `graphql_${kind}`, operation, detail };
  return kind === "mutation" ? [deed, record(operation, detail)] : [deed];
}

function record(operation: Operation, detail: string): Deed {
  return { event: `record_${operation}`, operation, detail };
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}
