"""A child that crashes, hangs or grows costs its own call; cancelled or orphaned children are gone."""

import asyncio
import errno
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from projects.media.child import BROKE_OFF, TOO_LARGE
from projects.media.faults import Corrupt, Refused, Stopped
from projects.media.share import TURN, read_share
from projects.pool import Call, ChildDied, Children, ChildTimedOut, HandedBack, Limits
from tests.serving import gone

LIMITS = Limits(memory=1 << 30, file_bytes=1_000_000, render_workers=2, probe_wall=100, look_every=0.05)
LONG = 100
PROBE = Call("probe")
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def children() -> Iterator[Children]:
    """Pools that the tests of this file share."""
    pools = Children(LIMITS)
    yield pools
    pools.shutdown()


def names(folder: Path) -> list[str]:
    """Return the names of what is in the folder."""
    return [path.name for path in folder.iterdir()]


# -- what goes in and out --------------------------------------------------------------------------------------


def test_values_go_in_and_out(children: Children) -> None:
    assert children.run_sync(PROBE, "builtins:sorted", {"b": 1, "a": 2}) == ["a", "b"]
    assert children.run_sync(PROBE, sorted, [3, 1]) == [1, 3]


async def test_values_come_back_to_a_coroutine(children: Children) -> None:
    results = await asyncio.gather(*(children.run(Call("render"), "builtins:pow", 2, n) for n in range(6)))

    assert results == [1, 2, 4, 8, 16, 32]


def test_this_process_stays_free_of_decoders(tmp_path: Path) -> None:
    code = (
        "import sys; from projects.pool import run_sync, shutdown\n"
        "if __name__ == '__main__':\n"
        "    run_sync('probe', 'projects.media.intake:look', sys.argv[1], {})\n"
        "    shutdown()\n"
        "    print([name for name in ('av', 'cv2', 'numpy', 'PIL', 'django') if name in sys.modules])\n"
    )
    picture = tmp_path / "a.gif"
    picture.write_bytes(
        b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"
    )

    done = subprocess.run(
        [sys.executable, "-c", code, str(picture)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(("name", "kind"), [("refuse", Refused), ("corrupt", Corrupt), ("stop", Stopped)])
def test_faults_come_back_as_they_are(children: Children, name: str, kind: type[Exception]) -> None:
    with pytest.raises(kind) as fault:
        children.run_sync(PROBE, f"tests.chores:{name}")

    if isinstance(fault.value, Refused):
        assert (str(fault.value), fault.value.code) == ("The picture is upside down.", "file_too_large")
    if isinstance(fault.value, Corrupt):
        assert fault.value.at_seconds == 1.5


def test_anything_else_comes_back_as_a_sentence_with_the_traceback_beside_it(children: Children) -> None:
    with pytest.raises(ChildDied) as fault:
        children.run_sync(PROBE, "tests.chores:stumble")

    assert str(fault.value) == BROKE_OFF
    assert "LookupError: where is it" in fault.value.detail


def test_a_full_disk_is_told_from_a_bad_file(children: Children) -> None:
    with pytest.raises(OSError, match="No space left") as fault:
        children.run_sync(PROBE, "tests.chores:fill_disk")

    assert fault.value.errno == errno.ENOSPC


# -- what a child may use --------------------------------------------------------------------------------------


def test_a_child_knows_path_and_lang_only(children: Children, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "a secret")

    assert set(children.run_sync(PROBE, "tests.chores:variables")) <= {"PATH", "LANG"}


def test_a_child_has_no_network(children: Children) -> None:
    if not Children(LIMITS).run_sync(PROBE, "projects.media.child:leave_network"):
        pytest.skip("this host lets nobody leave its network")
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(ChildDied) as fault:
        children.run_sync(PROBE, "socket:create_connection", server.getsockname(), 5)

    assert "Network is unreachable" in fault.value.detail


def test_too_much_memory_is_a_sentence_and_the_child_lives(children: Children) -> None:
    before = children.run_sync(PROBE, "os:getpid")

    with pytest.raises(ChildDied) as fault:
        children.run_sync(PROBE, "builtins:bytearray", 2 << 30)

    assert str(fault.value) == TOO_LARGE
    assert children.run_sync(PROBE, "os:getpid") == before


def test_a_file_that_grows_too_long_is_a_sentence(children: Children, tmp_path: Path) -> None:
    assert children.run_sync(PROBE, "tests.chores:write_bytes", str(tmp_path / "a"), 900_000) == 900_000
    with pytest.raises(ChildDied) as fault:
        children.run_sync(PROBE, "tests.chores:write_bytes", str(tmp_path / "b"), 1_100_000)

    assert str(fault.value) == TOO_LARGE


def test_processor_time_has_no_limit(children: Children) -> None:
    limit = children.run_sync(PROBE, "resource:getrlimit", resource.RLIMIT_CPU)

    assert limit == (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


# -- how a child ends ------------------------------------------------------------------------------------------


async def test_a_crash_costs_one_call(children: Children) -> None:
    other = asyncio.create_task(children.run(Call("render"), "time:sleep", 0.5))

    with pytest.raises(ChildDied) as fault:
        await children.run(Call("render"), "tests.chores:crash", signal.SIGSEGV)

    assert str(fault.value) == BROKE_OFF
    assert await other is None
    assert await children.run(Call("render"), "builtins:abs", -1) == 1


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT])
def test_a_killed_child_is_a_fault(children: Children, number: int) -> None:
    with pytest.raises(ChildDied):
        children.run_sync(PROBE, "tests.chores:crash", number)


def test_a_child_that_the_platform_stops_hands_its_work_back(children: Children) -> None:
    with pytest.raises(HandedBack):
        children.run_sync(PROBE, "tests.chores:crash", signal.SIGTERM)


def test_a_child_that_hangs_meets_its_wall(children: Children) -> None:
    pid = children.run_sync(PROBE, "os:getpid")

    with pytest.raises(ChildTimedOut, match=r"longer than 0\.2 s"):
        children.run_sync(Call("probe", wall=0.2), "time:sleep", 60)

    assert gone(pid)
    assert children.run_sync(PROBE, "builtins:abs", -1) == 1


def test_an_idle_child_that_is_killed_costs_no_call(children: Children) -> None:
    for _ in range(3):
        os.kill(pid := children.run_sync(PROBE, "os:getpid"), signal.SIGKILL)
        assert gone(pid)

    assert children.run_sync(PROBE, "builtins:abs", -1) == 1


async def test_cancelling_the_task_kills_its_child(children: Children, tmp_path: Path) -> None:
    begun = asyncio.Event()
    call = Call("render", folder=tmp_path, on_share=lambda _: begun.set())
    task = asyncio.create_task(children.run(call, "tests.chores:scribble", str(tmp_path)))
    await asyncio.wait_for(begun.wait(), LONG)
    noted = read_share(tmp_path)
    assert noted is not None

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert gone(noted[0], seconds=0)
    assert await children.run(Call("render"), "builtins:abs", -1) == 1


async def test_a_call_that_is_cancelled_before_its_turn_never_begins(
    children: Children, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    begun = asyncio.Event()
    running = asyncio.create_task(
        children.run(
            Call("probe", folder=first, on_share=lambda _: begun.set()), "tests.chores:scribble", str(first)
        )
    )
    await asyncio.wait_for(begun.wait(), LONG)
    target = str(second / "never")
    waiting = asyncio.create_task(
        children.run(Call("probe", folder=second), "tests.chores:write_bytes", target, 1)
    )
    async with asyncio.timeout(LONG):
        while names(second) != [TURN]:  # noqa: ASYNC110 - a folder has no event to wait for
            await asyncio.sleep(0.01)

    waiting.cancel()
    running.cancel()
    for task in (waiting, running):
        with pytest.raises(asyncio.CancelledError):
            await task

    assert await children.run(PROBE, "builtins:abs", -1) == 1
    assert names(second) == []


async def test_progress_is_heard_while_the_child_works(children: Children, tmp_path: Path) -> None:
    heard: list[float] = []
    folder, said = tmp_path / "folder", tmp_path / "said"
    folder.mkdir()
    said.touch()

    def hear(share: float) -> None:
        heard.append(share)
        said.write_text(str(share))

    call = Call("render", folder=folder, on_share=hear)

    assert await children.run(call, "tests.chores:climb", str(folder), str(said), 4) == 4

    assert {0, 0.25, 0.5, 0.75} <= set(heard)
    assert heard == sorted(heard)
    assert names(folder) == []


async def test_a_shutdown_hands_everything_back_and_leaves_no_child(tmp_path: Path) -> None:
    pools = Children(LIMITS)
    begun = asyncio.Event()
    call = Call("render", folder=tmp_path, on_share=lambda _: begun.set())
    busy = asyncio.create_task(pools.run(call, "tests.chores:scribble", str(tmp_path)))
    queued = [asyncio.create_task(pools.run(Call("render"), "time:sleep", 60)) for _ in range(3)]
    await asyncio.wait_for(begun.wait(), LONG)
    noted = read_share(tmp_path)
    assert noted is not None

    await asyncio.to_thread(pools.shutdown)

    assert gone(noted[0], seconds=0)
    results = await asyncio.gather(busy, *queued, return_exceptions=True)
    assert all(isinstance(result, HandedBack) for result in results)
    with pytest.raises(HandedBack):
        await pools.run(PROBE, "os:getpid")


def test_children_end_with_a_server_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from projects.pool import run_sync\n"
        "def tell(share): print('busy', flush=True)\n"
        "if __name__ == '__main__':\n"
        "    folder = pathlib.Path(sys.argv[1])\n"
        "    run_sync('render', 'tests.chores:scribble', str(folder), folder=folder, on_share=tell)\n"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    assert server.stdout.readline() == "busy\n"
    family = [process.pid for process in psutil.Process(server.pid).children(recursive=True)]
    noted = read_share(tmp_path)
    assert noted is not None
    assert noted[0] in family

    server.kill()
    server.wait()

    assert all(gone(pid) for pid in family)
    server.stdout.close()
