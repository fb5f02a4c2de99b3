"""Which address is answered by what, and who may ask."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from tests.emulator import control, files, generate, hooks, interactions, openrouter, refusals, veo
from tests.emulator.outcomes import OUTCOMES, Outcome
from tests.emulator.refusals import Refused
from tests.emulator.wire import Reply, Request
from tests.emulator.world import World, new_id

Handler = Callable[[World, "Call"], Awaitable[Reply]]


@dataclass(slots=True)
class Call:
    """One call: the words of its address, its door, whose key it carries, and how it is to end."""

    request: Request
    words: dict[str, str]
    door: str
    owner: str = ""
    outcome: str = ""
    changes: dict[str, Any] = field(default_factory=dict)
    new_id: Callable[..., str] = field(default=new_id)

    @property
    def twist(self) -> Outcome:
        """How an accepted create ends."""
        return replace(OUTCOMES[self.outcome], **self.changes)


@dataclass(frozen=True, slots=True)
class Route:
    """One address. Doors: developer and vertex and openrouter ask for a key, bytes, elsewhere and control do not."""

    method: str
    address: re.Pattern[str]
    kind: str
    door: str
    handler: Handler


def _route(method: str, address: str, kind: str, handler: Handler, door: str = "developer") -> Route:
    return Route(method, re.compile(address), kind, door, handler)


BASE = r"/(?P<version>v1|v1beta)"
VERTEX = r"/(?P<version>v1beta1|v1)/projects/[^/]+/locations/[^/]+"
ONE = r"/interactions/(?P<id>[^/:]+)"
MODEL = r"/models/(?P<model>[^/:]+)"
PUBLISHED = "/publishers/google" + MODEL
FILE = r"/files/(?P<id>[^/:]+)"


def _interactions(base: str, door: str) -> list[Route]:
    return [
        _route("POST", base + "/interactions", "create", interactions.create, door),
        _route("GET", base + ONE, "poll", interactions.get, door),
        _route("POST", base + ONE + "/cancel", "cancel", interactions.cancel, door),
        _route("DELETE", base + ONE, "delete", interactions.delete, door),
    ]


ROUTES = [
    *_interactions(BASE, "developer"),
    *_interactions(VERTEX, "vertex"),
    _route("POST", rf"/upload{BASE}/files(?=\?.*upload_id=)", "bytes", files.receive, "bytes"),
    _route("POST", rf"/upload{BASE}/files", "upload", files.start),
    _route("GET", BASE + "/files", "file", files.listed),
    _route("GET", BASE + FILE, "file", files.get),
    _route("GET", BASE + FILE + ":download", "download", files.download),
    _route("DELETE", BASE + FILE, "delete", files.delete),
    _route("POST", BASE + MODEL + ":generateContent", "create", generate.create),
    _route("POST", VERTEX + PUBLISHED + ":generateContent", "create", generate.create, "vertex"),
    _route("GET", BASE + "/models", "models", generate.models),
    _route("GET", BASE + MODEL, "models", generate.model),
    _route("GET", r"/(?P<version>v1beta1|v1)" + PUBLISHED, "models", generate.model, "vertex"),
    _route("POST", VERTEX + PUBLISHED + ":predictLongRunning", "create", veo.create, "vertex"),
    _route("POST", VERTEX + PUBLISHED + ":fetchPredictOperation", "poll", veo.get, "vertex"),
    _route("GET", "/storage/v1/b/(?P<bucket>[^/]+)/o/(?P<object>.+)", "download", veo.stored, "vertex"),
    _route("POST", "/api/v1/chat/completions", "create", openrouter.create, "openrouter"),
    _route("GET", "/api/v1/models", "models", openrouter.models, "openrouter"),
    _route("GET", "/api/v1/key", "models", openrouter.key, "openrouter"),
    _route("GET", "/__emulator/jwks", "jwks", hooks.jwks, "control"),
    _route("GET", "/elsewhere/(?P<id>[^/]+)", "elsewhere", control.elsewhere, "elsewhere"),
    _route("POST", "/__emulator/faults", "control", control.faults, "control"),
    _route("GET", "/__emulator/ledger", "control", control.ledger, "control"),
]


def find(request: Request) -> tuple[Route | None, dict[str, str]]:
    """Return the route of a request and the words of its address."""
    shown = request.path + ("?upload_id=" if "upload_id" in request.query else "")
    for route in ROUTES:
        found = route.address.match(shown)
        if found and route.method == request.method and found.end() == len(request.path):
            return route, found.groupdict()
    return None, {}


def key_of(request: Request) -> str:
    """Return the key or token that a request carries in its headers."""
    bearer = request.headers.get("authorization", "")
    return request.headers.get("x-goog-api-key") or bearer.removeprefix("Bearer ")


def admit(world: World, route: Route, request: Request) -> None:
    """Refuse a call without a good key. Raises Refused."""
    if any(world.owner(value) for value in request.query.values()) or "key" in request.query:
        raise Refused("An API key has no place in an address.", 400, "google")
    if route.door in {"bytes", "elsewhere", "control"}:
        return
    developer = route.door == "developer"
    key = request.headers.get("x-goog-api-key", "") if developer else key_of(request)
    if world.owner(key):
        return
    if route.door == "openrouter":
        raise Refused("No auth credentials found" if not key else "User not found.", 401, "openrouter")
    if not developer:
        raise Refused("", 401, "google")
    if not key:
        raise Refused(refusals.NO_KEY, 403, "google")
    raise Refused(refusals.BAD_KEY, 400, "google", details=refusals.reason("API_KEY_INVALID"))


def about(world: World, route: Route | None, request: Request, words: dict[str, str]) -> tuple[str, str]:
    """Return the attempt and the model that a call is about, as far as they can be known."""
    if route is None:
        return "", ""
    body: Any = request.json if route.kind == "create" else None
    if isinstance(body, dict):
        labels = body.get("labels") or body.get("metadata") or {"attempt": body.get("user", "")}
        attempt = str(labels.get("attempt", "")) if isinstance(labels, dict) else ""
        model = words.get("model") or str(body.get("model", ""))
        return attempt, model.removeprefix("models/").removeprefix(openrouter.MAKER)
    asked = request.json if route.handler is veo.get else None
    named = str(asked.get("operationName", "")) if isinstance(asked, dict) else ""
    one = world.interactions.get(words.get("id", "")) or world.operations.get(named)
    if one:
        return one.labels.get("attempt", ""), one.ask.model.id
    file = world.files.get(words.get("id", ""))
    return (file.attempt if file else ""), words.get("model") or ""
