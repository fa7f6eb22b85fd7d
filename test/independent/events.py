"""The standard catalogue and the dimensions, from the page on events. One line, without state."""

import re

from graphql import request_of
from records import clean, digits_of, text_of, word_of

ALLOWED = "/api/:version/internal/allowed"
POST_RECEIVE = "/api/:version/internal/post_receive"
INTERNAL = "/api/:version/internal/"
RUNNER_JOB = "/api/:version/jobs/:id"
RUNNER_PREFIXES = ("/api/:version/jobs/:id/trace", "/api/:version/jobs/:id/artifacts", "/api/:version/runners")
LONG_QUESTIONS = ("/markdown", "/ci/lint", "/search", "/verify")
NO_PAGES = {
    "GraphqlController",
    "Repositories::GitHttpController",
    "HealthController",
    "JwtController",
    "MetricsController",
    "ChaosController",
}
RECORD_OPERATIONS = ("create", "read", "update", "delete")
NO_DETAIL = "(none)"


def events_of(log, record):
    """(event, operation, detail) of each event that the line counts."""
    rules = RULES.get(log)
    return rules(record) if rules is not None else []


def joined(first, between, second):
    """A detail of two parts; without one of them there is none."""
    return NO_DETAIL if first is None or second is None else f"{first}{between}{second}"


def status_between(record, least, most):
    digits = record.digits("status")
    return digits is not None and len(digits) < 10 and least <= int(digits) <= most


# --- rails.api -------------------------------------------------------------------------------------------------------


def api_events(record):
    return git_events(record) + rest_events(record)


def git_events(record):
    route = record.text("route")
    if route not in (ALLOWED, POST_RECEIVE) or record.text("method") != "POST":
        return []
    status = record.digits("status")
    if route == POST_RECEIVE:
        repository = text_of(record.param("gl_repository")) or ""
        return [("git_ref_update", "update", NO_DETAIL)] if status == "200" and repository.startswith("project-") else []
    if text_of(record.param("action")) != "git-receive-pack":
        return []
    changes = record.param("changes")
    is_lost = changes is None and record.params_cut()
    if not is_lost and (changes is None or text_of(changes) == "_any"):
        return []
    return push_events(status, record.param("protocol"), is_lost)


def push_events(status, protocol, is_lost):
    """A question whether refs may change; `is_lost` says that the changes fell off a list that was cut."""
    is_truncated = is_lost and protocol is None
    if status == "200":
        name = text_of(protocol)
        if name in ("ssh", "http"):
            return [("git_push", "update", name)]
        if name == "web":
            return [("git_web_commit", "update", "web")]
        return [("git_push", "update", "(truncated)")] if is_truncated else []
    if status in ("401", "403", "404", "503"):
        detail = "(truncated)" if is_truncated else word_of(protocol) or NO_DETAIL
        return [("git_push_rejected", "none", detail)]
    return []


def rest_events(record):
    if not record.has("route"):
        return []
    route = record.text("route")  # None where it is there but no text
    method = record.text("method")
    detail = joined(record.word("method"), " ", record.word("route"))
    if route is not None and is_of_runner(route, method):
        return [("runner_request", "none", detail)]
    if route is not None and route.startswith(INTERNAL):
        return []
    operation = rest_operation(route, method)
    events = [("rest_request", operation, detail)]
    if operation in RECORD_OPERATIONS and status_between(record, 200, 299):
        events.append((f"record_{operation}", operation, detail))
    return events


def is_of_runner(route, method):
    if route == "/api/:version/jobs/request" or route.startswith(RUNNER_PREFIXES):
        return True
    return route == RUNNER_JOB and method in ("PUT", "PATCH")


def rest_operation(route, method):
    if method == "POST":
        return "read" if route is not None and route.endswith(LONG_QUESTIONS) else "create"
    return {"PUT": "update", "PATCH": "update", "DELETE": "delete", "GET": "read", "HEAD": "read"}.get(method, "none")


# --- rails.production ------------------------------------------------------------------------------------------------


def rails_events(record):
    controller, action, method = record.text("controller"), record.text("action"), record.text("method")
    events = []
    if controller == "Repositories::GitHttpController" and action == "info_refs" and record.digits("status") == "200":
        if text_of(record.param("service")) == "git-upload-pack":
            events.append(("git_fetch", "read", "http"))
    if controller is not None and action is not None and method is not None and controller not in NO_PAGES:
        events += page_events(record, method, rails_operation(action, method), f"{controller}#{action}")
    if is_login(controller, action) and record.digits("status") == "302":
        events.append(("login", "create", joined(controller, "#", record.word("action"))))
    return events


def page_events(record, method, operation, detail):
    events = [("rails_request", operation, detail)]
    if method == "GET" and record.text("format") == "html" and record.digits("status") == "200":
        events.append(("pageview", "read", detail))
    # A redirect is success where something was changed, and shows nothing.
    if operation in RECORD_OPERATIONS and status_between(record, 200, 299 if operation == "read" else 399):
        events.append((f"record_{operation}", operation, detail))
    return events


def rails_operation(action, method):
    if action in ("index", "show", "edit", "raw", "blame", "tree"):
        return "read"
    if action == "destroy" or method == "DELETE":
        return "delete"
    if method in ("GET", "HEAD"):
        return "read"
    if method == "POST" and action in ("create", "new"):
        return "create"
    return "update" if action == "update" or method in ("PUT", "PATCH", "POST") else "none"


def is_login(controller, action):
    last = controller.rpartition("::")[2] if controller is not None else ""
    return (last == "SessionsController" and action == "create") or last == "OmniauthCallbacksController"


# --- other logs ------------------------------------------------------------------------------------------------------


def shell_events(record):
    is_fetch = (record.text("command") or "").startswith("git-upload-pack")
    return [("git_fetch", "read", "ssh")] if is_fetch and record.text("msg") == "executing git command" else []


def job_events(record):
    event = {"done": "job_done", "fail": "job_failed"}.get(record.text("job_status"))
    return [] if event is None else [(event, "none", record.word("class") or NO_DETAIL)]


def graphql_events(record):
    is_mutation = record.top.get("is_mutation")
    document = record.text("query_string") or "" if record.has("query_string") else None
    request = request_of(is_mutation if type(is_mutation) is bool else None, document, record.text("operation_name"))
    if request is None:
        return []
    kind, name, field = request
    if kind != "mutation":
        return [(f"graphql_{kind}", "read", name)]
    operation = mutation_operation(field or "")
    return [("graphql_mutation", operation, name), (f"record_{operation}", operation, name)]


def mutation_operation(field):
    for beginnings, operation in (("create",), "create"), (("update",), "update"), (("destroy", "delete", "remove"), "delete"):
        if field.startswith(beginnings):
            return operation
    for ends, operation in (("Create",), "create"), (("Update",), "update"), (("Destroy", "Delete", "Remove"), "delete"):
        if field.endswith(ends):
            return operation
    return "update"


RULES = {
    "rails.api": api_events,
    "rails.production": rails_events,
    "rails.graphql": graphql_events,
    "shell": shell_events,
    "sidekiq": job_events,
}


# --- Dimensions ------------------------------------------------------------------------------------------------------

UNKNOWN = "(unknown)"


def dimensions_of(log, record, instance, pseudonym):
    """(instance, plan, group, project, category, user, visitor).

    `pseudonym` turns "user" or "visitor", and the text that tells them apart, into theirs.
    """
    project = text_of(record.meta("project")) or record.text("gl_project_path")
    group = text_of(record.meta("root_namespace")) or (project or "").partition("/")[0] or git_http_group(log, record)
    user = user_of(log, record)
    visitor = user if user is not None else visitor_of(record)
    return (
        clean(instance or record.text("environment") or record.text("host") or UNKNOWN),
        clean(text_of(record.meta("subscription_plan")) or UNKNOWN),
        clean(group or UNKNOWN),
        clean(project or UNKNOWN),
        clean(text_of(record.meta("feature_category")) or UNKNOWN),
        None if user is None else pseudonym("user", clean(user)),
        None if visitor is None else pseudonym("visitor", clean(visitor)),
    )


def visitor_of(record):
    """Address and user agent of who is no user, or None: without an address nothing tells them apart."""
    for field in (record.text("remote_ip"), text_of(record.meta("remote_ip")), record.text("ip")):
        for part in (field or "").split(","):
            if part.strip():
                return f"ip:{part.strip()}\n{record.text('ua') or record.text('user_agent') or ''}"
    return None


def git_http_group(log, record):
    """The first segment of the path of Git over HTTP; a group's own wiki is a repository beside the group."""
    if log != "rails.production" or record.text("controller") != "Repositories::GitHttpController":
        return None
    segment = (record.text("path") or "").lstrip("/").partition("/")[0]
    return segment.removesuffix(".git").removesuffix(".wiki") if segment.endswith(".git") else segment


def user_of(log, record):
    """`id:101` or `name:alice`, or None. The two are never joined."""
    digits = (
        record.digits("user_id")
        or digits_behind("user-", record.text("user_id"))
        or digits_of(record.meta("user_id"))
        or digits_behind("user/", text_of(record.meta("client_id")))
    )
    if digits is None and log == "rails.api" and (record.text("route") or "").startswith(INTERNAL):
        digits = digits_of(record.param("user_id")) or digits_behind("user-", text_of(record.param("identifier")))
    if digits is not None:
        return f"id:{digits}"
    name = text_of(record.meta("user")) or record.text("username")
    return None if name is None else f"name:{name}"


_DIGITS = re.compile(r"[0-9]+")


def digits_behind(prefix, text):
    if text is None or not text.startswith(prefix):
        return None
    rest = text.removeprefix(prefix)
    return digits_of(rest) if _DIGITS.fullmatch(rest) else None
