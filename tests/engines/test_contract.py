"""One suite for every engine: what it says before, what it does, and how it fails. A new file is picked up."""

from __future__ import annotations

import asyncio
import dataclasses
from decimal import Decimal
from pathlib import Path

import pytest

from projects import catalogue, engines
from projects.catalogue.base import Given
from projects.engines.base import Ended, Engine, Files, Input, Progress, Request
from projects.engines.errors import EngineError
from projects.forms.controls import field_for
from projects.states import Phase
from tests import factories

ENGINES = list(engines.all_engines().values())
FREE = [engine for engine in ENGINES if not engine.paid]
SMALL = {"seconds": 1, "tier": "sketch", "change": "Make it warmer", "scene": "a ledge", "idea": "a ledge"}
KEYS = [engine.key for engine in ENGINES]


def requests_of(engine: Engine, photo: Path) -> list[Request]:
    """Return the request of every task that this engine can serve from one photo, with the defaults."""
    facts = {"kind": "image", "width": 320, "height": 240, "seconds": 0.0}
    found = []
    for task in catalogue.all_tasks().values():
        roles = [slot.role for slot in task.slots if slot.least] or [slot.role for slot in task.slots[:1]]
        if not all("image" in task.slot(role).kinds for role in roles):
            continue
        controls = {control.name: field_for(control).clean(None) for control in task.controls}
        small = {name: value for name, value in SMALL.items() if name in controls}
        stage = task.build(Given({**controls, **small}, dict.fromkeys(roles, (facts,)))).stages[0]
        entries = tuple(Input(role, "image", photo, facts) for role in roles)
        request = Request(stage.wish, task.slug, stage.ability, entries, seed=7)
        if stage.ability in engine.abilities and engine.can(request).quote is not None:
            found.append(request)
    return found


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Return the path of a small product photo."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(factories.photo_bytes(320, 240))
    return path


async def run(engine: Engine, request: Request, folder: Path) -> tuple[list[Progress], bytes]:
    """Take a request through the engine as the runner does; return the progress and the result's bytes."""
    folder.mkdir()
    room = Files(folder, wall_seconds=60)
    ready = await engine.prepare(request, room)
    ticket = await engine.start(ready, room)
    assert ticket == {}
    events = [event async for event in engine.follow(ticket, ready, room)]
    ended = events.pop()
    assert isinstance(ended, Ended)
    output = await engine.fetch(ended, ready, room)
    result = next(made for made in output.files if made.role == "result")
    assert result.path.parent == folder
    return [event for event in events if isinstance(event, Progress)], result.path.read_bytes()


@pytest.mark.parametrize("engine", ENGINES, ids=KEYS)
def test_it_says_who_it_is(engine: Engine) -> None:
    assert engine.key == engine.key.lower()
    assert engine.label
    assert engine.abilities
    assert engines.get(engine.key) is engine


@pytest.mark.parametrize("engine", FREE, ids=[engine.key for engine in FREE])
def test_a_free_engine_quotes_nothing_and_says_how_long(engine: Engine, photo: Path) -> None:
    verdicts = [engine.can(request) for request in requests_of(engine, photo)]

    assert verdicts
    assert {verdict.quote.usd_max for verdict in verdicts if verdict.quote} == {Decimal(0)}
    assert all(verdict.quote.seconds_usual > 0 for verdict in verdicts if verdict.quote)


@pytest.mark.parametrize("engine", ENGINES, ids=KEYS)
def test_what_it_cannot_do_it_refuses_with_a_sentence(engine: Engine, photo: Path) -> None:
    refusals = []
    for task in catalogue.all_tasks().values():
        controls = {control.name: field_for(control).clean(None) for control in task.controls}
        for control in task.controls:
            for option in control.options:
                words = {
                    "own_action": "spins",
                    "own_look": "dusk",
                    "scene": "a ledge",
                    "idea": "a ledge",
                    "cues": ({"text": "Hi"},),
                    "change": "Make it warmer",
                }
                known = {name: value for name, value in words.items() if name in controls}
                given = {**controls, **known, control.name: option.value}
                facts = {"kind": "image"}
                inputs = {slot.role: (facts,) for slot in task.slots[:6]}
                stage = task.build(Given(given, inputs)).stages[0]
                verdict = engine.can(Request(stage.wish, task.slug, stage.ability))
                if verdict.quote is None:
                    refusals.append(verdict.sentence)

    assert refusals
    assert all(sentence.endswith(".") and len(sentence) > 20 for sentence in refusals)


@pytest.mark.parametrize("engine", FREE, ids=[engine.key for engine in FREE])
async def test_the_same_request_gives_the_same_bytes_and_progress_goes_on(
    engine: Engine, photo: Path, tmp_path: Path
) -> None:
    request = requests_of(engine, photo)[0]

    progress, first = await run(engine, request, tmp_path / "first")
    _, second = await run(engine, request, tmp_path / "second")

    assert first == second
    assert progress[0].phase is Phase.GENERATING
    shares = [event.share for event in progress if event.share is not None]
    assert shares == sorted(shares)


@pytest.mark.parametrize("engine", FREE, ids=[engine.key for engine in FREE])
async def test_every_task_that_it_takes_it_does(engine: Engine, photo: Path, tmp_path: Path) -> None:
    for number, request in enumerate(requests_of(engine, photo)):
        _, made = await run(engine, request, tmp_path / str(number))

        assert made[4:8] == b"ftyp" or made.startswith(b"\x89PNG")


@pytest.mark.parametrize("engine", FREE, ids=[engine.key for engine in FREE])
async def test_a_damaged_input_is_refused_for_people(engine: Engine, photo: Path, tmp_path: Path) -> None:
    request = requests_of(engine, photo)[0]
    photo.write_bytes(photo.read_bytes()[:300])

    with pytest.raises(EngineError) as refused:
        await run(engine, request, tmp_path / "folder")

    assert refused.value.sentence.endswith(".")
    assert "Traceback" not in refused.value.sentence


@pytest.mark.parametrize("engine", FREE, ids=[engine.key for engine in FREE])
async def test_leaving_it_ends_the_work(engine: Engine, photo: Path, tmp_path: Path) -> None:
    request = requests_of(engine, photo)[0]
    longer = dataclasses.replace(request, wish=dataclasses.replace(request.wish, seconds=60))
    work = asyncio.create_task(run(engine, longer, tmp_path / "folder"))
    await asyncio.sleep(0)

    work.cancel()

    with pytest.raises(asyncio.CancelledError):
        await work
