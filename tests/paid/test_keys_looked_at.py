"""Whether a refused create is about the key, by the doors that keep nothing to look at: one free look tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from projects.failures import Code
from projects.models import Budget, Door, Step
from projects.states import AttemptState, Status
from tests.paid import stills, test_openrouter, test_veo
from tests.paid.conftest import do, run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
ORDERED: dict[str, Callable[..., Step]] = {
    "openrouter": test_openrouter.edit,
    "nano-banana": stills.edit,
    "veo": test_veo.order,
}


@pytest.mark.parametrize(
    ("engine", "create", "look", "code", "looks"),
    [
        ("openrouter", 401, 401, Code.CREDENTIALS_REJECTED, 1),
        ("openrouter", 401, 503, Code.CREDENTIALS_REJECTED, 1),
        ("openrouter", 403, None, Code.CREDENTIALS_REJECTED, 1),
        ("openrouter", 404, None, Code.MODEL_UNAVAILABLE, 1),
        ("openrouter", 400, 401, Code.INPUT_REJECTED, 0),
        ("nano-banana", 401, 401, Code.CREDENTIALS_REJECTED, 1),
        ("nano-banana", 401, None, Code.CREDENTIALS_REJECTED, 1),
        ("veo", 403, 401, Code.CREDENTIALS_REJECTED, 1),
        ("veo", 403, 403, Code.CREDENTIALS_REJECTED, 1),
    ],
)
async def test_a_door_closes_when_its_key_is_refused_a_free_look_too(
    request: Any, engine: str, create: int, look: int | None, code: Code, looks: int
) -> None:
    emulator = request.getfixturevalue("router" if engine == "openrouter" else "vertex")
    emulator.fault(create)
    if look:
        emulator.fault(look, kind="models")

    came = await run(await do(ORDERED[engine]))

    assert (came.step.engine, came.step.status, came.step.code) == (engine, Status.FAILED, code)
    assert came.states == [AttemptState.REFUSED]
    assert (await Budget.objects.aget()).reserved == 0
    counts = [len(emulator.ledger.requests(kind)) for kind in ("create", "models")]
    assert counts == [1, looks]
    assert await Door.objects.closed().aexists() == (look == 401 and looks == 1)
