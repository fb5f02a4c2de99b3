"""The emulator's own doors: scripted faults, the ledger, and the other host that a redirect leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.emulator import files
from tests.emulator.refusals import Refused
from tests.emulator.wire import Reply

if TYPE_CHECKING:
    from tests.emulator.routes import Call
    from tests.emulator.world import World


async def faults(world: World, call: Call) -> Reply:
    """Enter a fault: `{"fault": "blocked" or 503, "times": 1, …}`; without one, withdraw all."""
    asked = call.request.json
    if not isinstance(asked, dict):
        raise Refused("An object was expected.", form="google")
    if "fault" not in asked:
        world.faults.withdraw()
        return Reply.of({})
    try:
        fault = world.faults.add(asked.pop("fault"), **asked)
    except (ValueError, TypeError) as error:
        raise Refused(str(error), form="google") from error
    return Reply.of({"fault": fault.name, "kind": fault.kind, "times": fault.times})


async def ledger(world: World, call: Call) -> Reply:
    """Show all that happened."""
    return Reply.of(world.ledger.as_json())


async def elsewhere(world: World, call: Call) -> Reply:
    """Give the bytes of a result as another host would: without asking for a key."""
    file = world.files.get(call.words["id"])
    if file is None:
        raise Refused("Not found.", 404, "google")
    return files.content(file, call.request.headers)
