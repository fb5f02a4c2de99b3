"""Which calls a fault strikes, and what those see that are no creates, or look at the bare socket."""

from __future__ import annotations

import time

import pytest
from google.genai import _interactions as sdk

from tests.emulator import Emulator
from tests.emulator.asking import OMNI, client_of, raw, video


@pytest.fixture(scope="module")
def shared():
    """Return one emulator and one client for all faults of a create."""
    with Emulator() as emulator, client_of(emulator) as client:
        client.interactions.create(**video())
        yield emulator, client


def test_a_fault_strikes_the_calls_that_it_names_and_no_others(shared):
    emulator, client = shared
    named = emulator.fault(503, attempt="a-2", times=2)

    client.interactions.create(**video(labels={"attempt": "a-1"}))
    for _ in range(2):
        with pytest.raises(sdk.InternalServerError):
            client.interactions.create(**video(labels={"attempt": "a-2"}))
    client.interactions.create(**video(labels={"attempt": "a-2"}))

    assert named.struck == 2
    assert emulator.ledger.tally()["a-2"] == 1
    assert len(emulator.ledger.creates("a-2")) == 1


def test_a_fault_that_is_not_there_is_refused(shared):
    with pytest.raises(ValueError, match="There is no fault 'flood'"):
        shared[0].fault("flood")


def test_a_held_answer_comes_when_the_test_says_so(shared):
    emulator, client = shared
    fault = emulator.fault("held", seconds=0)
    fault.release()

    assert client.interactions.create(**video()).status == "completed"
    assert fault.arrived.is_set()


def test_a_poll_that_fails_changes_nothing(shared):
    emulator, client = shared
    made = client.interactions.create(**video())
    emulator.fault("young", times=3)
    emulator.fault(400, kind="poll")

    for error in (sdk.NotFoundError,) * 3 + (sdk.BadRequestError,):
        with pytest.raises(error):
            client.interactions.get(made.id)
    assert client.interactions.get(made.id).status == "completed"


@pytest.mark.parametrize("kind", ["poll", "create"])
def test_an_interaction_can_be_gone_from_now_on(shared, kind):
    emulator, client = shared
    made = client.interactions.create(**video())
    emulator.fault("gone", kind=kind)

    if kind == "create":
        with pytest.raises(sdk.BadRequestError, match="Invalid interaction name"):
            client.interactions.create(model=OMNI, input="x", previous_interaction_id=made.id)
    for _ in range(2):
        with pytest.raises(sdk.NotFoundError):
            client.interactions.get(made.id)


def test_a_stream_that_is_cut_can_be_taken_up(shared):
    emulator, client = shared
    emulator.fault("cut")
    told = client.interactions.create(**video(stream=True))
    first = next(told)

    with pytest.raises(sdk.APIConnectionError):
        list(told)
    rest = list(client.interactions.get(first.interaction.id, stream=True, last_event_id="2"))

    assert rest[-1].event_type == "interaction.completed"


def test_what_a_bare_socket_sees_of_the_broken_answers(shared):
    emulator, _ = shared
    seen = {}
    for name in ("lost", "half_header", "cut", "empty_object"):
        emulator.fault(name)
        seen[name] = raw(emulator, video(background=True), closing=True)
    emulator.fault("reset")
    with pytest.raises(ConnectionResetError):
        raw(emulator, video(background=True))

    assert seen["lost"] == b""
    assert seen["half_header"].startswith(b"HTTP/1.1 200 OK")
    assert b"\r\n\r\n" not in seen["half_header"]
    head, _, body = seen["cut"].partition(b"\r\n\r\n")
    announced = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    assert 0 < len(body) < announced
    assert seen["empty_object"].endswith(b"\r\n\r\n{}")


def test_a_slow_answer_comes_late_and_whole(shared):
    emulator, client = shared
    emulator.fault("slow", seconds=0.3)
    started = time.monotonic()

    made = client.interactions.create(**video(background=True))

    assert time.monotonic() - started >= 0.3
    assert made.id


def test_a_kind_of_call_that_is_not_there_is_refused(shared):
    with pytest.raises(ValueError, match="There is no kind of call 'post'"):
        shared[0].fault("lost", kind="post")
