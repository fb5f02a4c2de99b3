"""Why a create was refused, where its answer does not tell: what was sent is looked at, with the same key and free.

Only the developer door is asked. A look that fails, or takes too long, says nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence

from projects.engines import answers, client, interactions, uploads
from projects.engines.answers import Said
from projects.engines.base import Request
from projects.engines.errors import EngineError, Refused
from projects.failures import FAILURES, Code

LOOK_SECONDS = 3.0
STATUSES = frozenset({400, 401, 403, 404})
GUESSED = frozenset({Code.INPUT_REJECTED, Code.CREDENTIALS_REJECTED, Code.MODEL_UNAVAILABLE})
"""What a status alone is read as; every other code is the provider's own word."""
CONTINUE = frozenset({"video.edit", "video.extend", "image.edit"})
"""What goes on in a conversation, where there is one."""
LOST = "The provider lost the file that was sent to it. Start it again, and the file is sent anew."


def is_open(error: Refused, request: Request) -> bool:
    """Return whether a refusal may have a cause that looks can tell."""
    is_guess = error.status in STATUSES and error.code in GUESSED and not error.again
    return is_guess and request.door is not None and request.door.kind == "developer"


async def sorted_out(error: Refused, request: Request, names: Sequence[str]) -> tuple[Refused, list[str]]:
    """Return why a create was refused, and which of its uploads are gone; these may be sent again (`again`)."""
    if said := await _parent_gone(request):
        return _instead(error, Code.CHAIN_EXPIRED, said), []
    gone = await _gone(request, names)
    said = await _asked(_model(request))
    code = _of_model(said)
    if gone and code != Code.CREDENTIALS_REJECTED:
        detail = f"{error.detail} Gone at the provider: {', '.join(gone)}"
        code = Code.FILE_PROCESSING_FAILED
        return Refused(LOST, code, detail, status=error.status, again=True), gone
    return _instead(error, code, said) if code and said else error, []


def _instead(error: Refused, code: Code, said: Said) -> Refused:
    detail = f"{error.detail} Looked at afterwards: {said.words}"
    return Refused(FAILURES[code].why, code, detail, status=error.status)


async def _parent_gone(request: Request) -> Said | None:
    """Return what the provider says of a parent that it does not keep any more; nothing for any other."""
    ticket = request.chain.ticket if request.chain and request.ability in CONTINUE else {}
    if "api_version" not in ticket:
        return None
    said = await _asked(interactions.look(request.given()[1], ticket["api_version"], ticket["id"]))
    is_gone = said is not None and (said.status == 404 or answers.refusal(said).code == Code.CHAIN_EXPIRED)
    return said if is_gone else None


async def _gone(request: Request, names: Sequence[str]) -> list[str]:
    """Return which uploads the provider does not have any more."""
    door = request.given()[1]
    paths = [f"/{uploads.FILES_VERSION}/{name}" for name in names]
    found = await asyncio.gather(*(_asked(client.got(door, path)) for path in paths))
    return [name for name, said in zip(names, found, strict=True) if said and said.status in uploads.GONE]


async def _model(request: Request) -> bytes:
    model, door = request.given()
    return await client.got(door, f"/{model.api_version}/models/{model.id}")


def _of_model(said: Said | None) -> Code | None:
    """Return what a look at the model tells: its key is refused, it is gone, or nothing."""
    if said is None:
        return None
    if answers.is_about_key(said):
        return Code.CREDENTIALS_REJECTED
    return Code.MODEL_UNAVAILABLE if said.status == 404 else None


async def _asked(look: Awaitable[object]) -> Said | None:
    """Return the provider's own no to a look; nothing where it says yes, or nothing that can be relied on."""
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            await look
    except client.failures(EngineError) as error:
        said = answers.said(error)
        return said if said and said.error else None
    return None
