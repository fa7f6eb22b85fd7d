/**
 * Goal: each dimension comes from the first field that has it, and nobody counts as a user who is none.
 * Method: one small line per case.
 */
import { describe, expect, it } from "vitest";
import { createDimensions, DIMENSION_FIELDS, type Dimensions } from "../../src/derive/dimensions.ts";
import { fakeReader } from "./fake-fields.ts";
import type { Fieldset } from "./standard-events.ts";

function dimensionsOf(line: string | Fieldset, log = "rails.production", instance: string | null = null): Dimensions {
  const reader = fakeReader(DIMENSION_FIELDS);
  return createDimensions(reader.slotOf, { instance })(log, reader.read(line));
}

describe("dimensions", () => {
  it("are all null for an empty line", () => {
    expect(dimensionsOf({})).toEqual({
      instance: null,
      plan: null,
      group: null,
      project: null,
      category: null,
      ownsGroup: false,
      user: null,
      visitor: null,
    });
  });

  it("take the instance from the setting, else environment, else host", () => {
    const line = { environment: "gprd", host: "gitlab.example.com" };
    expect(dimensionsOf(line, "rails.api", "main").instance).toBe("main");
    expect(dimensionsOf(line).instance).toBe("gprd");
    expect(dimensionsOf({ ...line, environment: "" }).instance).toBe("gitlab.example.com");
  });

  it("take plan and category from the context, in each of its forms", () => {
    const flat = { "meta.subscription_plan": "gold", "meta.feature_category": "issue_tracking" };
    const nested = { meta: { subscription_plan: "gold", feature_category: "issue_tracking" } };
    const underscored = { meta_subscription_plan: "gold", meta_feature_category: "issue_tracking" };
    for (const line of [flat, nested, underscored]) {
      expect(dimensionsOf(line)).toMatchObject({ plan: "gold", category: "issue_tracking" });
    }
  });
});

describe("group and project", () => {
  const GIT = { controller: "Repositories::GitHttpController", path: "/acme-group/sub/widgets.git/info/refs" };

  it.each([
    [{ "meta.root_namespace": "root", "meta.project": "a/b", gl_project_path: "c/d" }, "root", "a/b"],
    [{ "meta.project": "a/b/c", gl_project_path: "c/d" }, "a", "a/b/c"],
    [{ gl_project_path: "c/d" }, "c", "c/d"],
    [{ "meta.root_namespace": "root" }, "root", null],
    [{ "meta.project": "alone" }, "alone", "alone"],
    [{ ...GIT, "meta.project": "a/b" }, "a", "a/b"],
    [{ ...GIT, "meta.root_namespace": "root" }, "root", null],
    [GIT, "acme-group", null],
    [{ ...GIT, path: "/acme-group/widgets.wiki.git/git-upload-pack" }, "acme-group", null],
    [{ ...GIT, path: "/acme-group/widgets/info/refs" }, "acme-group", null],
    [{ ...GIT, path: "/acme-group.wiki.git/info/refs" }, "acme-group", null],
    [{ ...GIT, path: "/" }, null, null],
    [{ ...GIT, path: {} }, null, null],
    [{ ...GIT, controller: "Projects::IssuesController" }, null, null],
  ])("of %j are %j and %j", (line, group, project) => {
    expect(dimensionsOf(line)).toMatchObject({ group, project });
  });

  it.each([
    [{ "meta.root_namespace": "alice", "meta.user": "alice", user_id: 7 }, true],
    [{ "meta.root_namespace": "Alice", "meta.user": "aLICE" }, true],
    [{ gl_project_path: "alice/dotfiles", username: "alice" }, true],
    [{ ...GIT, path: "/alice/dotfiles.git/info/refs", "meta.user": "alice" }, true],
    [{ "meta.root_namespace": "acme", "meta.user": "alice", username: "acme" }, false],
    [{ "meta.root_namespace": "acme", gl_project_path: "alice/dotfiles", username: "alice" }, false],
    [{ "meta.root_namespace": "alice", user_id: 7 }, false],
    [{ "meta.user": "alice" }, false],
    [{}, false],
  ])("whether the group of %j is the user's own: %s", (line, ownsGroup) => {
    expect(dimensionsOf(line)).toMatchObject({ ownsGroup });
  });

  it("come from a path on rails.production only", () => {
    expect(dimensionsOf(GIT, "rails.api")).toMatchObject({ group: null, project: null });
  });
});

const INTERNAL = "/api/:version/internal/allowed";

describe("user", () => {
  it.each([
    [{ user_id: 101, "meta.user_id": 5, username: "alice" }, "id:101"],
    [{ user_id: "101" }, "id:101"],
    [{ user_id: "user-101" }, "id:101"],
    ['{"user_id":101.0}', "id:101"],
    ['{"user_id":18446744073709551615}', "id:18446744073709551615"],
    [{ user_id: "user-18446744073709551615" }, "id:18446744073709551615"],
    [{ user_id: null, "meta.user_id": 5, "meta.client_id": "user/6" }, "id:5"],
    [{ user_id: "key-11", "meta.client_id": "user/6" }, "id:6"],
    [{ user_id: -1, username: "ghost" }, "name:ghost"],
    [{ user_id: 1.5, username: "ghost" }, "name:ghost"],
    [{ "meta.user": "alice", username: "bob" }, "name:alice"],
    [{ username: "bob" }, "name:bob"],
    [{ "meta.client_id": "user/6", "meta.user": "alice" }, "id:6"],
    [{ user_id: "user-101x" }, null],
    [{ user_id: "user-" }, null],
    [{ user_id: "user-0101" }, "id:101"],
    [{ user_id: -1 }, null],
    [{ user_id: "", username: "" }, null],
    [{ "meta.client_id": "runner/5501" }, null],
    [{ "meta.client_id": "ip/203.0.113.10" }, null],
    [{ "meta.client_id": "user/x" }, null],
    [{ "meta.client_id": "user-6" }, null],
  ])("of %j is %j", (line, user) => {
    expect(dimensionsOf(line).user).toBe(user);
  });

  it.each([
    [{ params: { user_id: "101", identifier: "user-7" } }, "id:101"],
    [{ params: [{ key: "identifier", value: "user-7" }] }, "id:7"],
    [{ params: { identifier: "key-11" } }, null],
    [{ params: { identifier: "key-11" }, "meta.user": "alice" }, "name:alice"],
    [{ params: { user_id: "101" }, "meta.user": "alice" }, "id:101"],
    [{ params: { user_id: "101" }, "meta.client_id": "user/6" }, "id:6"],
    [{ params: { key_id: "11" } }, null],
  ])("of the internal %j is %j", (line, user) => {
    expect(dimensionsOf({ ...line, route: INTERNAL }, "rails.api").user).toBe(user);
  });

  it("is told by parameters on internal routes only", () => {
    const params = { user_id: "101", identifier: "user-7" };
    expect(dimensionsOf({ params, route: "/api/:version/users" }, "rails.api").user).toBeNull();
    expect(dimensionsOf({ params }, "rails.api").user).toBeNull();
    expect(dimensionsOf({ params, route: INTERNAL }, "rails.production").user).toBeNull();
  });
});

describe("visitor", () => {
  it.each([
    [{ user_id: 101, remote_ip: "203.0.113.10", ua: "x" }, "id:101"],
    [{ username: "alice", remote_ip: "203.0.113.10" }, "name:alice"],
    [{ remote_ip: "203.0.113.10, 127.0.0.1, 203.0.113.10", ua: "curl/7" }, "ip:203.0.113.10\ncurl/7"],
    [{ remote_ip: "203.0.113.10,127.0.0.1", ua: "curl/7", user_agent: "git" }, "ip:203.0.113.10\ncurl/7"],
    [{ remote_ip: " , 127.0.0.1" }, "ip:127.0.0.1\n"],
    [{ remote_ip: "", "meta.remote_ip": "198.51.100.7", ip: "::1", user_agent: "git" }, "ip:198.51.100.7\ngit"],
    [{ ip: "::1", ua: null }, "ip:::1\n"],
    [{ ua: "curl/7" }, null],
    [{ "meta.client_id": "ip/203.0.113.10" }, null],
  ])("of %j is %j", (line, visitor) => {
    expect(dimensionsOf(line).visitor).toBe(visitor);
  });
});
