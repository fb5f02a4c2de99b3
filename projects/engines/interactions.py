"""The Interactions API: one create, polls, cancel and delete, and what an answer says.

Source: reference/gemini-api.md section 2 and the SDK 3.4.0. The answers are read as plain JSON: the SDK does not check
them, and an answer without an id would parse as a success.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from projects.engines import answers, client, prices, sources, waits
from projects.engines.base import TICKET_NAME, Door, Ended, Files, Json, Progress, Ticket
from projects.engines.client import CREATE_SECONDS, READ_SECONDS
from projects.engines.errors import Damaged, EngineError
from projects.failures import EMPTY_BY_STATUS, Code
from projects.states import Phase

FINAL = frozenset(
    {
        *("completed", "failed", "cancelled", "incomplete", "budget_exceeded"),
        *("requires_action", "requires_continuation"),
    }
)
UNFINISHED = "The provider stopped before it was done. Look at the whole result before you use it."
URL_ALPHABET = str.maketrans("-_", "+/")
INVALID = ("invalid_request", 3)
"""The codes of an error that is about the request: a word of the Interactions API, a number of google.rpc."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an interaction says of itself. `media`: type, mime_type, and uri or data (bytes, or base64)."""

    id: str
    status: str
    usage: Json = field(default_factory=dict)
    media: tuple[Json, ...] = ()
    words: str = ""
    errors: tuple[Json, ...] = ()
    sources: tuple[Json, ...] = ()
    """What was looked up for it: title and uri."""

    @property
    def is_final(self) -> bool:
        """Return whether nothing more will come; an unknown status is waited for."""
        return self.status in FINAL

    @property
    def says_nothing(self) -> bool:
        """Return whether it is completed without a result, a word or a count: seen live of work that had a result."""
        told = (self.usage, self.media, self.words, self.errors)
        return self.status == "completed" and not any(told)


async def create(door: Door, api_version: str, body: Json, seconds: float = CREATE_SECONDS) -> Answer:
    """Send the one paid request. Raises NotSent, Refused or Doubt, and nothing else of the provider's.

    Like a look it goes without the SDK on the developer door: the SDK makes a class for each create, at 10 ms of CPU.
    """
    turn = {**body, "input": [{"type": "user_input", "content": body["input"]}]}
    send = client.posted if door.kind == "developer" else _by_sdk
    try:
        async with asyncio.timeout(seconds):
            answer = read(await send(door, api_version, turn, seconds))
    except client.failures() as error:
        raise answers.of(error) from error
    if not answer.id:
        raise answers.lost("The answer has no id.", 200)
    return answer


async def _by_sdk(door: Door, api_version: str, body: Json, seconds: float) -> bytes:
    await client.turn()
    calls = client.of(door, api_version, create=True).interactions.with_raw_response
    background = {} if body.get("background") else {"automatic_continuation": False}
    typed = client.sdk("google.genai._gaos.models").CreateInteractionRequest(body=body)
    reply = await calls.create(request=typed, **background, timeout=seconds)
    return bytes(reply.http_response.content)


def named(label: str, hook: str | None = None) -> Json:
    """Return what lets lost work be found again: the attempt as a label, and with the hook that tells of its end."""
    body: Json = {"labels": {"attempt": label}} if label else {}
    if hook is not None:
        uris = {"uris": [hook]} if hook else {}  # without them the event goes to the registered address
        body["webhook_config"] = {**uris, "user_metadata": {"attempt": label}}
    return body


def note(ticket: Ticket, files: Files) -> None:
    """Write an id down before the bytes that came with it: a death in between does not lose it."""
    write((files.kept or files.folder) / TICKET_NAME, json.dumps(ticket).encode())


async def look(door: Door, api_version: str, id_: str) -> Answer:
    """Ask how an interaction stands; free and repeatable. Raises what `client.failures` names.

    Most of what is asked of a provider is this, so it goes without the SDK where a key is all that it adds.
    """
    async with asyncio.timeout(READ_SECONDS):
        if door.kind == "developer":
            path = f"/{api_version}/interactions/{quote(id_, safe='')}?stream=false"
            return read(await client.got(door, path))
        calls = client.of(door, api_version).interactions.with_raw_response
        reply = await calls.get(id_, timeout=READ_SECONDS)
        return read(reply.http_response.content)


Look = Callable[[Door, str, str], Awaitable[Answer]]
"""How an engine asks: by door, version of the API, and id."""


async def again(
    door: Door, ticket: Ticket, files: Files, ask: Look = look, patience: float = waits.PATIENCE
) -> tuple[Json, ...]:
    """Return the media of an interaction anew, with fresh addresses; nothing when the provider does not know it.

    What passes is waited out for `patience` seconds. Raises Broken, with the key's code or time's, when it has not;
    Damaged where the result is counted and not shown, which is looked at another time.
    """
    began, pause = time.monotonic(), waits.SHORT_PAUSE
    while True:
        fault: BaseException | None = None
        try:
            answer = await ask(door, ticket["api_version"], ticket["id"])
        except client.failures(EngineError) as error:
            fault, said = error, answers.said(error)
            if said and answers.is_unknown(said, ticket["id"]):
                return ()
        else:
            if answer.is_final and not answer.says_nothing:
                end = await asyncio.to_thread(ended, answer, ticket, files)
                if end.status == "done" and not end.media:
                    raise Damaged("A result was counted that the answer does not show.")
                return end.media
        if time.monotonic() - began > patience:
            raise waits.over(fault) from fault
        await asyncio.sleep(pause)
        pause = min(pause * 2, waits.LONGEST_PAUSE)


async def cancel(door: Door, api_version: str, id_: str) -> None:
    """Ask the provider to stop. What came of it is seen by the next look."""
    with suppress(*client.failures()):
        async with asyncio.timeout(READ_SECONDS):
            await client.of(door, api_version).interactions.cancel(id_, timeout=READ_SECONDS)


async def forget(door: Door, api_version: str, id_: str) -> None:
    """Delete an interaction at the provider. Raises what the SDK raises, but for one that is gone already."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            await client.of(door, api_version).interactions.delete(id_, timeout=READ_SECONDS)
    except client.failures() as error:
        said = answers.said(error)
        if said is None or not (said.status in (403, 404) or answers.is_unknown(said, id_)):
            raise


def read(content: bytes) -> Answer:
    """Return what a body says. Raises Doubt for one that is no JSON object."""
    body = answers.parsed(content)
    steps = [step for step in _list(body.get("steps")) if isinstance(step, dict)]
    came = _after_input(steps)
    given = [_list(step.get("content")) for step in came if step.get("type") == "model_output"]
    parts = [part for every in given for part in every if isinstance(part, dict) and not part.get("thought")]
    return Answer(
        id=str(body.get("id") or ""),
        status=str(body.get("status") or ""),
        usage=body["usage"] if isinstance(body.get("usage"), dict) else {},
        media=tuple(part for part in parts if _is_medium(part)),
        words="\n".join(
            str(part["text"]) for part in parts if part.get("type") == "text" and part.get("text")
        ),
        errors=tuple(_errors(body, steps)),
        sources=sources.of_steps(came, parts),
    )


def _after_input(steps: list[Json]) -> list[Json]:
    """Return what came after the last thing that we said; what came before belongs to earlier turns."""
    last = max((number for number, step in enumerate(steps) if step.get("type") == "user_input"), default=-1)
    return steps[last + 1 :]


def _errors(body: Json, steps: list[Json]) -> list[Json]:
    found = [*_list(body.get("errors")), body.get("error"), *(step.get("error") for step in steps)]
    return [entry for entry in found if isinstance(entry, dict)]


def _is_medium(part: Json) -> bool:
    return part.get("type") in ("video", "image") and isinstance(part.get("uri") or part.get("data"), str)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


async def follow(
    door: Door, ticket: Ticket, files: Files, ask: Look = look
) -> AsyncIterator[Progress | Ended]:
    """Yield a sign of life after each look, then how the work ended.

    Errors of a look are waited out: the work goes on without us. Raises Broken when the id stays unknown.
    """
    began, watch = time.monotonic(), waits.Watch()
    while True:
        await asyncio.sleep(waits.pause(time.monotonic() - began))
        now = time.monotonic()
        try:
            answer = await ask(door, ticket["api_version"], ticket["id"])
        except client.failures(EngineError) as error:
            yield Progress(Phase.GENERATING, note=watch.failed(error, now))
        else:
            if watch.ends(answer, now):
                holds_bytes = any(part.get("data") for part in answer.media)
                told = answer, ticket, files
                yield await asyncio.to_thread(ended, *told) if holds_bytes else ended(*told)
                return
            yield Progress(Phase.GENERATING)


def ended(answer: Answer, ticket: Ticket | None, files: Files) -> Ended:
    """Return the end that an answer tells, its bytes kept; done without media where a later look may show some."""
    media = [_kept(part, number, files) for number, part in enumerate(answer.media)]
    more: Json = {"sources": list(answer.sources)} if answer.sources else {}
    more |= {"note": UNFINISHED} if answer.status != "completed" else {}
    found = tuple({**entry, **more} for entry in media)
    common: dict[str, Any] = {"usage": answer.usage, "words": answer.words, "ticket": ticket}
    if answer.status == "cancelled" and not found:
        return Ended("cancelled", code=Code.CANCELLED_BY_PROVIDER, **common)
    code = None if found else _why_empty(answer)
    is_kept = answer.status == "completed" and "api_version" in (ticket or {})
    if found or (code == Code.OUTPUT_CORRUPT and is_kept):
        return Ended("done", media=found, **common)
    said = [answer.words, *(json.dumps(entry) for entry in answer.errors), f"It ended as {answer.status}."]
    why = EMPTY_BY_STATUS.get(answer.status, "") if code == Code.EMPTY_RESULT else ""
    return Ended("failed", code=code, sentence=why, **{**common, "words": "\n".join(filter(None, said))})


def _why_empty(answer: Answer) -> Code:
    """Return why an interaction ended without media."""
    for error in answer.errors:
        if (code := answers.cause(error)) is not None:
            return code
    counted = prices.tokens_by_kind(answer.usage)
    if counted.get("video") or counted.get("image"):
        return Code.OUTPUT_CORRUPT
    if answer.status == "completed":
        return Code.SAFETY_BLOCKED if answer.words else Code.EMPTY_RESULT
    if answer.status != "failed":
        return Code.EMPTY_RESULT
    ours = any(error.get("code") in INVALID for error in answer.errors)
    return Code.INPUT_REJECTED if ours else Code.PROVIDER_DOWN


def _kept(part: Json, number: int, files: Files) -> Json:
    """Return a reference to one medium; bytes are written down first, also where an address stands beside them.

    What is no base64 is kept as it came, unless there is an address: it proves damaged, and is fetched again.
    """
    known = {"type": part["type"], "mime_type": str(part.get("mime_type") or "")}
    known |= {"uri": part["uri"]} if part.get("uri") else {}
    data = bytes_of(part.get("data") or "")
    if not data and "uri" in known:
        return known
    path = (files.kept or files.folder) / f"{number}.{part['type']}"
    write(path, data or str(part["data"]).encode(errors="replace"))
    return {**known, "path": str(path)}


def bytes_of(held: Any) -> bytes:
    """Return the bytes of an answer, of either alphabet of base64; nothing for what is none."""
    if isinstance(held, bytes):
        return held
    try:
        return base64.b64decode("".join(str(held).split()).translate(URL_ALPHABET), validate=True)
    except ValueError:
        return b""


def write(path: Path, data: bytes) -> None:
    """Write a file of an answer, flushed; half of it never has its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        client.flush(file)
    part.replace(path)
