"""Ask a provider what a key can do: it lists models and makes nothing, so it is free.

Sources: ai.google.dev/api/models (list), the SDK's `models.list` for Vertex's publisher models, and
openrouter.ai/docs/api (`/key` tells whether a key is valid; `/models` is public).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from projects.engines import answers, client
from projects.engines.base import Door
from projects.engines.models import Model
from projects.failures import Code

SECONDS = 15.0
MOST_PAGES = 20
WORDS: dict[str, frozenset[str]] = {
    "image": frozenset({"image.generate", "image.edit"}),
    "video": frozenset({"video.text", "video.image"}),
    "multi-turn": frozenset({"chain"}),
    "upload edit": frozenset({"video.edit_upload"}),
}
"""What people ask of a key, by the abilities of which one is enough."""
SAID = {
    "image": "make pictures",
    "video": "make clips",
    "multi-turn": "change a result step by step",
    "upload edit": "change uploaded clips",
}
"""The same, as what a team can do with it."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What a test said. `ok`: it works, the provider refused it, or (None) nobody could be asked."""

    ok: bool | None
    sentence: str
    abilities: tuple[str, ...] = ()


class Unlisted(Exception):
    """The provider gave no list: `refused` when it does not take the key."""

    def __init__(self, sentence: str, *, refused: bool) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.refused = refused


def probe(door: Door, table: Iterable[Model]) -> Probe:
    """Return whether the provider takes a door's key, and what the models of the table do that it lists."""
    try:
        listed = listed_models(door)
    except Unlisted as error:
        return Probe(False if error.refused else None, error.sentence)
    found = [model for model in table if model.door == door.kind and model.is_offered and model.id in listed]
    able = {ability for model in found for ability in model.abilities}
    words = tuple(word for word, one_of in WORDS.items() if able & one_of)
    if not words:
        return Probe(True, "The key works, but the provider lists none of the studio's models for it.")
    return Probe(True, f"With this key a team can {_joined([SAID[word] for word in words])}.", words)


def _joined(words: list[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def listed_models(door: Door) -> list[str]:
    """Return the ids of the models that a provider lists through a door. Raises Unlisted."""
    http = client.sdk("httpx2")
    try:
        with http.Client(timeout=SECONDS) as calls:
            return _listed(calls, door)
    except (http.HTTPError, http.InvalidURL) as error:
        raise Unlisted(
            "The provider could not be reached. Test the key again later.", refused=False
        ) from error


def _listed(calls: Any, door: Door) -> list[str]:
    if door.kind == "openrouter":
        base, headers = client.base_url(door), dict(client.headers(door))
        _get(calls, f"{base}/key", headers)
        return [str(entry.get("id")) for entry in _entries(_get(calls, f"{base}/models", headers), "data")]
    if door.kind == "vertex":
        address, headers = "v1beta1/publishers/google/models", _bearer(door)
    else:
        address, headers = "v1beta/models", dict(client.headers(door))
    return _paged(calls, f"{client.base_url(door)}/{address}", headers)


def _paged(calls: Any, address: str, headers: dict[str, str]) -> list[str]:
    found, token = [], ""
    for _ in range(MOST_PAGES):
        page = _get(calls, address, headers, pageSize="100", **({"pageToken": token} if token else {}))
        entries = _entries(page, "models") or _entries(page, "publisherModels")
        found += [str(entry.get("name")).rpartition("models/")[2] for entry in entries]
        token = str(page.get("nextPageToken") or "")
        if not token:
            break
    return found


def _get(calls: Any, address: str, headers: dict[str, str], **params: str) -> dict[str, Any]:
    reply = calls.get(address, headers=headers, params=params)
    try:
        body = reply.json()
    except ValueError:
        body = None
    if reply.status_code == 200 and isinstance(body, dict):
        return body
    raise _refusal(answers.Said(reply.status_code, answers.structured(body), reply.headers))


def _refusal(said: answers.Said) -> Unlisted:
    if said.error and answers.refusal(said).code == Code.CREDENTIALS_REJECTED:
        return Unlisted("The provider refused the key. Check it, or make a new one there.", refused=True)
    sentence = (
        f"The provider answered with HTTP {said.status} and no list of models. Test the key again later."
    )
    return Unlisted(sentence, refused=False)


def _entries(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = body.get(name)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _bearer(door: Door) -> dict[str, str]:
    faults = client.sdk("google.auth.exceptions")
    try:
        return dict(client.headers(door, SECONDS))
    except faults.TransportError as error:
        raise Unlisted("Google could not be reached. Test the key again later.", refused=False) from error
    except (faults.GoogleAuthError, ValueError) as error:
        raise Unlisted(
            "Google refused the service account. Check it, or make a new key for it.", refused=True
        ) from error
