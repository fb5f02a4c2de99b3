"""Why a create was refused, where its answer does not tell: what was sent is looked at, with the same key and free.

A look says yes, or no, or nothing: where it fails or takes too long. The developer door's model answers to the same
key: then a 401 or a 403 was not about the key. Nothing: the guess stays one (`Refused.proven`). The other doors keep
nothing that was sent, and there only a 401 says something: Vertex' models are no project's and may be hidden from an
account that makes media, OpenRouter's key may be used up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence

from projects.engines import answers, client, interactions, uploads
from projects.engines.answers import Said
from projects.engines.base import Door, Request
from projects.engines.errors import EngineError, Refused
from projects.engines.models import CONTINUES
from projects.failures import FAILURES, Code

LOOK_SECONDS = 3.0
STATUSES = frozenset({400, 401, 403, 404})
OF_KEYS = frozenset({401, 403, 404})
LOST_STATE = "LOST"
"""Of an upload that the provider does not have any more."""
YES = Said(200, None, {})
KEY_IS_GOOD = "the provider shows the model to the same key."
LOST = "The provider lost the file that was sent to it. Start it again, and the file is sent anew."


def is_open(error: Refused, request: Request) -> bool:
    """Return whether a refusal may have a cause that looks can tell."""
    if error.again or request.door is None:
        return False
    if request.door.kind != "developer":
        return error.status in OF_KEYS and not error.proven
    return error.status in STATUSES and (not error.proven or _is_about_files(error))


async def sorted_out(error: Refused, request: Request, names: Sequence[str]) -> tuple[Refused, list[str]]:
    """Return why a create was refused, and which of its uploads are of no use any more.

    `again`: with these put there anew, or with all of them as they are, it may be sent again.
    """
    if request.given()[1].kind != "developer":
        said = await _asked(_model(request))
        if said is None or said.status != 401:
            return error, []
        return _instead(error, Code.CREDENTIALS_REJECTED, said.words), []
    if said := await _parent_gone(request):
        return _instead(error, Code.CHAIN_EXPIRED, said.words), []
    states = await _states(request, names)
    gone = [name for name, state in states.items() if state == LOST_STATE]
    if _is_about_files(error) and not gone:
        return _not_ready(error, states)
    said = await _asked(_model(request))
    if gone and not (said and answers.is_about_key(said)):
        detail = f"{error.detail} Gone at the provider: {', '.join(gone)}"
        code = Code.FILE_PROCESSING_FAILED
        return Refused(LOST, code, detail, status=error.status, again=True), gone
    return _by_model(error, said), []


def _is_about_files(error: Refused) -> bool:
    return error.status == 400 and error.code == Code.FILE_PROCESSING_FAILED


def _not_ready(error: Refused, states: dict[str, str]) -> tuple[Refused, list[str]]:
    """Return the refusal of files that were not ready, and those that the provider could not read.

    It says the same of a file that came too early: one that it has read, or still reads, may be sent again.
    """
    found = set(states.values())
    if not found or not found <= {uploads.ACTIVE, uploads.PROCESSING}:
        return error, [name for name, state in states.items() if state == uploads.FAILED]
    detail = f"{error.detail} Looked at afterwards: {', '.join(sorted(found))}"
    return Refused(uploads.STILL_READING, error.code, detail, status=error.status, again=True), []


def _by_model(error: Refused, said: Said | None) -> Refused:
    """Return the refusal as a look at the model tells it: the key is refused, or good after all; the model is gone."""
    if said is None:
        return error
    if answers.is_about_key(said):
        return _instead(error, Code.CREDENTIALS_REJECTED, said.words)
    if said.status == 404:
        return _instead(error, Code.MODEL_UNAVAILABLE, said.words)
    if said is YES and error.code == Code.CREDENTIALS_REJECTED:
        return _instead(error, Code.INPUT_REJECTED, KEY_IS_GOOD)
    return error


def _instead(error: Refused, code: Code, words: str) -> Refused:
    detail = f"{error.detail} Looked at afterwards: {words}"
    return Refused(FAILURES[code].why, code, detail, status=error.status, proven=True)


async def _parent_gone(request: Request) -> Said | None:
    """Return what the provider says of a parent that it does not keep any more; nothing for any other."""
    ticket = request.chain.ticket if request.chain and request.ability in CONTINUES else {}
    if "api_version" not in ticket:
        return None
    said = await _asked(interactions.look(request.given()[1], ticket["api_version"], ticket["id"]))
    is_gone = said is not None and (said.status == 404 or answers.refusal(said).code == Code.CHAIN_EXPIRED)
    return said if is_gone else None


async def _states(request: Request, names: Sequence[str]) -> dict[str, str]:
    """Return how each upload stands at the provider; "" where it does not say."""
    door = request.given()[1]
    found = await asyncio.gather(*(_state(door, name) for name in names))
    return dict(zip(names, found, strict=True))


async def _state(door: Door, name: str) -> str:
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            file = answers.parsed(await client.got(door, f"/{uploads.FILES_VERSION}/{name}"))
    except client.failures(EngineError) as error:
        said = answers.said(error)
        return LOST_STATE if said and said.error and said.status in uploads.GONE else ""
    return str(file.get("state") or "")


async def _model(request: Request) -> bytes:
    """Look at the model with the key; where OpenRouter shows its models to everybody, at the key."""
    model, door = request.given()
    if door.kind == "openrouter":
        return await client.got(door, "/key")
    published = "publishers/google/" if door.kind == "vertex" else ""
    return await client.got(door, f"/{model.api_version}/{published}models/{model.id}")


async def _asked(look: Awaitable[object]) -> Said | None:
    """Return what the provider says to a look: YES, its own no, or nothing that can be relied on."""
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            await look
    except client.failures(EngineError) as error:
        said = answers.said(error)
        return said if said and said.error else None
    return YES
