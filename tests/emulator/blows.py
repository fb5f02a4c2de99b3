"""What each fault does. A blow returns the reply, or None where it has dealt with the connection."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tests.emulator import refusals, shapes
from tests.emulator.ledger import Delivery, Entry
from tests.emulator.refusals import Refused
from tests.emulator.wire import Connection, Reply

if TYPE_CHECKING:
    from tests.emulator.faults import Fault
    from tests.emulator.routes import Call
    from tests.emulator.world import World

HTML = b"<html><head><title>%d</title></head><body><center><h1>%d</h1></center><hr>nginx</body></html>"
LOOK_SECONDS = 0.01
DAILY = "GenerateRequestsPerDayPerProjectPerModel"


@dataclass(slots=True)
class Struck:
    """A call that is being struck. `go` lets it take effect; `call` is None where no route was found."""

    world: World
    connection: Connection
    entry: Entry
    fault: Fault
    call: Call
    go: Callable[[], Awaitable[Reply]]

    @property
    def options(self) -> dict[str, Any]:
        """The fault's settings."""
        return self.fault.options

    async def before(self) -> Reply:
        """Let the call take effect where the fault comes after it; return the answer, or an empty one."""
        return await self.go() if self.fault.after else Reply.of({})


async def lost(struck: Struck) -> None:
    """Close without a word."""
    await struck.before()


async def reset(struck: Struck) -> None:
    """Reset the connection."""
    await struck.before()
    struck.connection.reset()


async def half_header(struck: Struck) -> None:
    """Send a part of the header."""
    await struck.before()
    await struck.connection.raw(b"HTTP/1.1 200 OK\r\ncontent-type: appli")


async def cut(struck: Struck) -> None:
    """Announce the whole body and send a part of it: a share (`keep`) or, above one, so many bytes."""
    reply = await struck.before()
    keep = struck.options["keep"]
    sent = await struck.connection.cut(reply, int(keep if keep > 1 else len(reply.body) * keep))
    if reply.gives:
        struck.world.ledger.write(struck.world.ledger.deliveries, Delivery(*reply.gives, sent))


async def slow(struck: Struck) -> Reply:
    """Answer late."""
    if not struck.fault.after:
        await asyncio.sleep(struck.options["seconds"])
        return await struck.go()
    reply = await struck.go()
    await asyncio.sleep(struck.options["seconds"])
    return reply


async def held(struck: Struck) -> Reply | None:
    """Answer when the test says so, or never: then until the client goes away."""
    reply = await struck.go() if struck.fault.after else None
    gone = asyncio.ensure_future(struck.connection.gone())
    while not struck.fault.released.is_set():
        await asyncio.wait([gone], timeout=LOOK_SECONDS)
        if gone.done():
            return None
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    return reply or await struck.go()


async def body(struck: Struck) -> Reply:
    """Answer 200 with a body of one's own."""
    await struck.before()
    return Reply(200, struck.options["body"], {"content-type": "application/json; charset=UTF-8"})


async def no_id(struck: Struck) -> Reply:
    """Answer as usual, without the id, the name or the candidates."""
    reply = await struck.before()
    shown = {
        key: value
        for key, value in json.loads(reply.body).items()
        if key not in {"id", "name", "candidates", "promptFeedback", "choices"}
    }
    return Reply.of(shown, reply.status)


async def retold(struck: Struck) -> Reply:
    """Answer as usual, but with what `change` makes of the body, and without the header `drops`."""
    reply, change = await struck.before(), struck.options.get("change")
    body = json.dumps(change(json.loads(reply.body))).encode() if change else reply.body
    dropped = struck.options.get("drops")
    headers = {name: value for name, value in reply.headers.items() if name != dropped}
    return replace(reply, body=body, headers=headers)


async def gateway(struck: Struck) -> Reply:
    """Answer with the page of something that stands before the provider."""
    await struck.before()
    status = struck.options["status"]
    return Reply(status, HTML % (status, status), {"content-type": "text/html"})


async def status(struck: Struck) -> Reply:
    """Answer with a status, with the hints when to come back that are set."""
    await struck.before()
    wanted = struck.options
    headers = {"content-type": "application/json; charset=UTF-8"}
    for name in ("retry_after", "retry_after_ms"):
        if name in wanted:
            headers[name.replace("_", "-")] = str(wanted[name])
    if struck.entry.kind == "bytes":
        headers["x-goog-upload-status"] = "final"  # else the SDK sends the piece three times, in 7 s
    form = wanted.get("form") or ("openrouter" if struck.call.door == "openrouter" else "google")
    if form == "none":
        return Reply(wanted["status"], b"", headers)
    details = list(wanted.get("details", []))
    if "retry_info" in wanted:
        details.append({"@type": refusals.RETRY, "retryDelay": f"{wanted['retry_info']}s"})
    if "reason" in wanted:
        details += refusals.reason(wanted["reason"])
    more = {"details": details} if details else {}
    more |= {"name": wanted["name"]} if "name" in wanted else {}
    said = refusals.FORMS[form](wanted["status"], wanted.get("message", ""), **more)
    return Reply(wanted["status"], json.dumps(said).encode(), headers)


async def region(struck: Struck) -> Reply:
    """Refuse because of where the caller is."""
    said = refusals.google(400, refusals.REGION, "FAILED_PRECONDITION")
    return Reply.of(said, 400)


async def daily_quota(struck: Struck) -> Reply:
    """Refuse until midnight Pacific: a 429 whose quota is per day."""
    violation = {"quotaMetric": "generativelanguage.googleapis.com/generate_requests", "quotaId": DAILY}
    details = [{"@type": refusals.QUOTA, "violations": [violation]}]
    return Reply.of(refusals.google(429, details=details), 429)


async def retired(struck: Struck) -> Reply:
    """Answer that the model is no longer available, from now on."""
    struck.world.retired.add(struck.entry.model)
    return await struck.go()


async def gone(struck: Struck) -> Reply:
    """Forget the interaction that the call names, or continues, and the files that it names.

    The answer is as usual, or with the status that is set.
    """
    named, world = struck.call.words.get("id"), struck.world
    body = {} if named else struck.call.request.json or {}
    world.interactions.pop(named or body.get("previous_interaction_id", ""), None)
    for part in shapes.contents(body.get("input", "")) if body else ():
        if file := world.file_of(part.get("uri", ""), struck.call.owner):
            del world.files[file.id]
    return await (status(struck) if "status" in struck.options else struck.go())


async def expired(struck: Struck) -> Reply:
    """Withdraw the address of a result; a GET of its interaction gives a fresh one."""
    file = struck.world.files.get(struck.call.words["id"])
    if file:
        file.withdrawn = True
    return await struck.go()


async def spoilt(struck: Struck) -> Reply:
    """Change a byte on the way; the length stays."""
    reply = await struck.go()
    middle = len(reply.body) // 2
    flipped = bytes([reply.body[middle] ^ 1])
    return replace(reply, body=reply.body[:middle] + flipped + reply.body[middle + 1 :], gives=None)


async def redirect(struck: Struck) -> Reply:
    """Send the client to another host, `to`, or one that gives the bytes and notes whether a key came along."""
    other = struck.options.get("to") or struck.world.url.replace("127.0.0.1", "localhost")
    return Reply(302, headers={"location": f"{other}/elsewhere/{struck.call.words['id']}"})


async def outcome(struck: Struck) -> Reply:
    """Accept the call and let it end otherwise; settings change the outcome's own."""
    struck.call.outcome, struck.call.changes = struck.fault.name, struck.options
    return await struck.go()


async def answered(go: Callable[[], Awaitable[Reply]], entry: Entry) -> Reply:
    """Return a call's reply, a refusal's too, and keep the reason."""
    try:
        return await go()
    except Refused as refused:
        entry.refused = refused.message
        return refused.reply()
