"""kill -9 and SIGTERM at every point between a paid request and its saved result, in a real server process.

The numbers are the lines of reference/reliability.md section 2.3. In every row the provider's tally decides: no
attempt has more than one accepted create, and what may have been accepted is asked about, never sent again.
"""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.emulator import Emulator, Fault
from tests.paid.house import LONG, Found, House

pytestmark = pytest.mark.kill
DONE, DOUBT, FAILED = ("succeeded", "stored"), ("unconfirmed", "unconfirmed"), ("failed", "failed")


@dataclass(frozen=True)
class Row:
    """One death. end: of step and attempt. place: where the runner dies; faults: what the provider does before."""

    engine: str
    end: tuple[str, str]
    creates: int = 1
    place: str = ""
    faults: dict[str, dict[str, Any]] = field(default_factory=dict)


TRAPPED: dict[str, Row] = {
    "before line 4": Row("omni", DONE, place="ledger.sending"),
    "after line 4, before the socket opens": Row("omni", DOUBT, 0, place="paid._create"),
    "with the answer on disk, before line 5": Row("omni", DONE, place="ledger.accepted"),
    "after line 5, before the first look": Row("omni", DONE, place="paid._followed"),
    "after the end, before line 6": Row("omni", DONE, place="ledger.finished"),
    "after line 6, before the download": Row("omni", DONE, place="paid._fetched"),
    "after the download, before line 7": Row("omni", DONE, place="save.stored"),
    "after a bad end is booked, before the step ends": Row(
        "omni", FAILED, place="ledger.ended_both", faults={"blocked": {}}
    ),
    "a picture: its id and its bytes on disk, before the answer is": Row(
        "nano-banana", DONE, place="spool.keep"
    ),
    "a picture: with the answer on disk, before lines 5 and 6": Row(
        "nano-banana", DONE, place="ledger.finished"
    ),
    "a picture: after line 6, before it is copied": Row("nano-banana", DONE, place="paid._fetched"),
    "a picture: before line 7": Row("nano-banana", DONE, place="save.stored"),
    "a picture: after line 7": Row("nano-banana", DONE, place="spool.drop"),
}
HELD: dict[str, Row] = {
    "sent and not accepted": Row("omni", DOUBT, 0, faults={"held": {"after": False}}),
    "accepted and not answered": Row("omni", DOUBT, faults={"held": {}}),
    "while polling": Row("omni", DONE, faults={"held": {"kind": "poll"}}),
    "in the middle of the download": Row(
        "omni", DONE, faults={"truncated": {}, "held": {"kind": "download"}}
    ),
    "a picture: accepted and not answered": Row("nano-banana", DOUBT, faults={"held": {}}),
}
STOPPED = ("polling", "answered in time", "refused in time", "never answered")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Return a served studio with a waiting step for each row."""
    wanted = {name: row.engine for name, row in (TRAPPED | HELD).items()} | dict.fromkeys(STOPPED, "omni")
    with Emulator() as emulator:
        made = House(tmp_path_factory.mktemp("house"), emulator, wanted)
        yield made
        made.close()


@pytest.fixture(autouse=True)
def _served(house: House) -> None:
    """Serve again where a test that failed left no server."""
    if house.server.process.poll() is not None:
        house.start()


def strike(house: House, name: str, row: Row) -> Fault | None:
    """Let the provider do what it does in a row; return the last fault."""
    faults = [
        house.emulator.fault(fault, attempt=house.label(name), **options)
        for fault, options in row.faults.items()
    ]
    return faults[-1] if faults else None


def check(house: House, name: str, row: Row, found: Found) -> None:
    """Compare a step that rests again, its attempts, the tally, the money and the disk with the row."""
    created = house.emulator.ledger.creates(label=house.label(name))
    assert (found.status, found.states) == (row.end[0], (row.end[1],))
    assert len(created) == row.creates
    house.check_books()
    if row.end == DONE:
        house.check_disk(name)
        given = {
            one.sha256 for one in house.emulator.ledger.deliveries if one.of in names(house, created[0].id)
        }
        assert set(found.results) == given
        assert len(found.results) == 1


def names(house: House, interaction: str) -> set[str]:
    """Return under which names the ledger keeps what an interaction gave: its own, and its file's."""
    file = house.emulator.world.interactions[interaction].file
    assert file is not None
    return {interaction, f"files/{file.id}"}


@pytest.mark.parametrize("name", TRAPPED)
def test_a_server_that_dies_at_a_line_loses_nothing_and_pays_once(house: House, name: str) -> None:
    row = TRAPPED[name]
    strike(house, name, row)
    house.trap(row.place)
    house.begin(name)
    assert house.server.wait() == -signal.SIGKILL

    house.start()

    check(house, name, row, house.rest(name))


def test_a_server_that_dies_while_the_provider_has_the_word_loses_nothing(house: House) -> None:
    for name, row in HELD.items():
        held = strike(house, name, row)
        house.begin(name)
        assert held is not None
        assert held.arrived.wait(LONG), name
    assert house.parts()
    house.kill()

    house.start()

    found = {name: house.rest(name) for name in HELD}
    for name, row in HELD.items():
        check(house, name, row, found[name])


def stop(house: House) -> None:
    """Tell the server to stop, and return once it takes no more connections.

    Of its 10 seconds the server itself keeps count: where they are over it ends with 1, not with 0.
    """
    end = time.monotonic() + LONG
    house.server.process.send_signal(signal.SIGTERM)
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", house.server.port)) != 0:
                return
        assert time.monotonic() < end


def test_a_server_that_is_told_to_stop_while_polling_hands_back_at_once(house: House) -> None:
    held = house.emulator.fault("held", kind="poll", attempt=house.label("polling"))
    house.begin("polling")
    assert held.arrived.wait(LONG)

    stop(house)
    queued = house.until("polling", lambda found: found.status == "queued")
    code = house.server.wait()

    assert (queued.states, code) == (("accepted",), 0)
    assert not held.released.is_set()
    house.start()
    check(house, "polling", Row("omni", DONE), house.rest("polling"))


@pytest.mark.parametrize(
    ("name", "left", "row"),
    [
        ("answered in time", ("queued", "accepted"), Row("omni", DONE)),
        ("refused in time", ("failed", "refused"), Row("omni", ("failed", "refused"), 0)),
        ("never answered", ("running", "sending"), Row("omni", DOUBT)),
    ],
)
def test_a_server_that_is_told_to_stop_waits_for_the_answer_to_a_create(
    house: House, name: str, left: tuple[str, str], row: Row
) -> None:
    refused = name == "refused in time"
    held = house.emulator.fault("held", after=not refused, attempt=house.label(name))
    house.begin(name)
    assert held.arrived.wait(LONG)

    stop(house)
    retired = house.emulator.world.retired
    before = set(retired)
    if refused:
        house.emulator.retire(house.emulator.ledger.requests("create")[-1].model)
    if name != "never answered":
        held.release()
    code = house.server.wait()
    found = house.look(name)
    retired.intersection_update(before)

    assert (found.status, found.states, code) == (left[0], (left[1],), 0)
    house.start()
    check(house, name, row, house.rest(name))
