import { type Deed, NOTHING_CARRIED } from "../left-line.ts";
import { productionLine, type RailsAnswer } from "../lines/rails-line.ts";
import { railsTime } from "../log-time.ts";
import type { Scene } from "../scene.ts";
import type { Action, Actor } from "./actor.ts";
import { leaveAccess } from "./machinery.ts";
import { railsDeeds } from "./request-deeds.ts";

/** Ways to log in. Who comes back from an identity provider comes by GET or POST, to an action of its name. */
const WAYS = [
  { controller: "SessionsController", action: "create", method: "POST", operation: "create", weight: 6 },
  { controller: "Ldap::SessionsController", action: "create", method: "POST", operation: "create", weight: 2 },
  { controller: "OmniauthCallbacksController", action: "saml", method: "POST", operation: "update", weight: 2 },
  { controller: "OmniauthCallbacksController", action: "github", method: "GET", operation: "read", weight: 1 },
] as const;

/** Who answered a request about a session, and how. */
type SessionAnswer = Pick<RailsAnswer, "controller" | "action" | "method" | "status">;

/** A log-in: a redirect when it works, the form again when it does not. */
export const login: Action = (scene, actor, timeMs) => {
  const { chance } = scene;
  const way = chance.weighted(WAYS);
  const works = chance.share(0.9);
  const status = works ? 302 : 200;
  const { controller, action, operation } = way;
  const detail = `${controller}#${action}`;
  const done: Deed = { event: "login", operation: "create", detail };
  const deeds = railsDeeds(operation, detail, status, way.method === "GET");
  leaveSession(
    scene,
    works ? actor : { ...actor, user: null },
    { ...way, status },
    timeMs,
    works ? [...deeds, done] : deeds,
  );
  if (!works) leaveFailure(scene, actor, timeMs + 3);
};

/** A log-out is a request like others. */
export const logout: Action = (scene, actor, timeMs) => {
  const deeds = railsDeeds("delete", "SessionsController#destroy", 302, false);
  const way = { controller: "SessionsController", action: "destroy", method: "POST", status: 302 };
  leaveSession(scene, actor, way, timeMs, deeds);
};

function leaveSession(
  scene: Scene,
  { user, address, agent }: Actor,
  { controller, action, method, status }: SessionAnswer,
  timeMs: number,
  deeds: readonly Deed[],
): void {
  const caller = `${controller}#${action}`;
  const category = "authentication_and_authorization";
  const request = { id: scene.requestId(), user, project: null, address, agent, caller, category };
  const params = [["user", { login: "[FILTERED]", password: "[FILTERED]" }]] as const;
  const path = "/users/sign_in";
  const line = productionLine(scene.chance, timeMs, request, {
    method,
    path,
    format: "html",
    controller,
    action,
    status,
    params,
  });
  scene.leave("rails.production", timeMs, line, deeds);
  const contentType = "text/html; charset=utf-8";
  leaveAccess(scene, line, { uri: path, route: "", address, agent, contentType }, timeMs + 5);
}

function leaveFailure(scene: Scene, { address }: Actor, timeMs: number): void {
  const members = {
    severity: "INFO",
    time: railsTime(timeMs),
    correlation_id: scene.requestId(),
    author_id: -1,
    author_name: "An unauthenticated user",
    entity_type: "User",
    custom_message: "Failed to login with STANDARD authentication",
    ip_address: address,
  };
  scene.leave("rails.audit", timeMs, { members, carried: NOTHING_CARRIED });
}
