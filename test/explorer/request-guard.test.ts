/**
 * Goal: nobody gets an answer but whoever has the printed address, whatever page a browser looks at.
 * Method: heads of requests as browsers and others send them, one thing wrong in each.
 */
import { describe, expect, it } from "vitest";
import { type RequestHead, refusalOf } from "../../src/explorer/server/request-guard.ts";

const GUARD = { hosts: ["127.0.0.1:8740", "localhost:8740", "[::1]:8740", "logs.example.com"], token: "secret" };

/** What the page itself sends. */
const ASKED: RequestHead = {
  method: "GET",
  path: "/api/counts",
  host: "127.0.0.1:8740",
  origin: undefined,
  fetchSite: "same-origin",
  authorization: "Bearer secret",
  contentType: undefined,
};

const statusOf = (change: Partial<RequestHead>) => refusalOf({ ...ASKED, ...change }, GUARD)?.status ?? 200;

describe("the data", () => {
  it.each<[string, Partial<RequestHead>]>([
    ["asked by the page", {}],
    ["asked by its other name", { host: "LOCALHOST:8740" }],
    ["asked by a program", { fetchSite: undefined }],
    ["asked with the origin of the page", { origin: "http://127.0.0.1:8740" }],
    ["asked through a proxy that speaks TLS", { host: "logs.example.com", origin: "https://logs.example.com" }],
    ["asked for by a POST of the page", { method: "POST", contentType: "application/json; charset=utf-8" }],
  ])("is given where it is %s", (_, change) => {
    expect(statusOf(change)).toBe(200);
  });

  it.each<[string, Partial<RequestHead>, number]>([
    ["under a name that was bound to this machine later", { host: "evil.example:8740" }, 403],
    ["under the name of another port", { host: "127.0.0.1:9999" }, 403],
    ["under this machine's name, of another port", { host: "localhost:9999" }, 403],
    ["under a name that begins as one of its own", { host: "127.0.0.1:8740.evil.example" }, 403],
    ["under a name that ends as one of its own", { host: "evil-logs.example.com" }, 403],
    ["under no name", { host: undefined }, 403],
    ["by a page of elsewhere", { origin: "https://evil.example" }, 403],
    ["by a page of no origin", { origin: "null" }, 403],
    ["by a page whose origin begins as its own", { origin: "http://logs.example.com.evil.example" }, 403],
    ["by a page of another port", { origin: "http://127.0.0.1:9999" }, 403],
    ["by a page that the browser calls another site", { fetchSite: "cross-site" }, 403],
    ["by a page of another port, of the same site", { fetchSite: "same-site" }, 403],
    ["without a token", { authorization: undefined }, 401],
    ["with another token", { authorization: "Bearer secreT" }, 401],
    ["with the beginning of the token", { authorization: "Bearer secre" }, 401],
    ["with the bare token", { authorization: "secret" }, 401],
    ["by a form", { method: "POST", contentType: "text/plain" }, 400],
    ["by a form that only names the type", { method: "POST", contentType: "text/plain; application/json" }, 400],
    ["by a POST of no type", { method: "POST" }, 400],
    ["to be removed", { method: "DELETE" }, 405],
    ["to be put", { method: "PUT" }, 405],
    ["by the question before a request across origins", { method: "OPTIONS" }, 405],
  ])("is not given where it is asked for %s", (_, change, status) => {
    expect(statusOf(change)).toBe(status);
  });
});

describe("the page itself", () => {
  it("needs no token, as a shared address has none, also where a link of elsewhere leads to it", () => {
    expect(statusOf({ path: "/logs", authorization: undefined, fetchSite: "cross-site" })).toBe(200);
  });

  it("takes no POST, and no other name", () => {
    expect(statusOf({ path: "/logs", method: "POST", contentType: "application/json" })).toBe(405);
    expect(statusOf({ path: "/", host: "evil.example:8740" })).toBe(403);
  });
});
