"""The emulator as a whole: alone in a process, its ledger, its own errors, and its pace."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import httpx2
import pytest

from tests.emulator import REAL, Emulator, Pace
from tests.emulator.asking import OMNI, create, plain, video
from tests.serving import ROOT


def test_it_runs_alone_and_says_where_and_logs_no_key():
    command = [sys.executable, "-m", "tests.emulator", "--port", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        words = dict(word.split("=", 1) for word in process.stdout.readline().split())
        headers = {"x-goog-api-key": words["GEMINI_API_KEY"]}
        answer = plain(
            "POST", f"{words['GEMINI_BASE_URL']}/v1beta/interactions", json=video(), headers=headers
        )
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()

    assert answer.json()["status"] == "completed"
    assert process.returncode == 0
    assert "POST /v1beta/interactions 200" in rest
    assert words["GEMINI_API_KEY"] not in rest


def test_the_ledger_can_be_waited_for(emulator):
    thread = threading.Thread(target=create, args=(emulator, video(background=True, labels={"attempt": "a"})))
    thread.start()
    emulator.ledger.wait(lambda ledger: ledger.creates("a"))
    thread.join()

    assert emulator.ledger.tally() == {"a": 1}
    with pytest.raises(AssertionError, match="did not happen"):
        emulator.ledger.wait(lambda ledger: ledger.creates("b"), seconds=0.01)


def test_an_error_of_its_own_comes_out_at_the_end():
    emulator = Emulator().start()
    emulator.world.files["broken"] = object()

    with pytest.raises(httpx2.RemoteProtocolError):
        plain("GET", f"{emulator.url}/v1beta/files", headers={"x-goog-api-key": emulator.key})

    with pytest.raises(RuntimeError, match="The emulator itself failed"):
        emulator.stop()


def test_what_one_key_made_another_does_not_see(emulator):
    emulator.allow("other-key", "team-b")
    body = video(response_format={"type": "video", "resolution": "360p", "duration": "3s", "delivery": "uri"})
    made = create(emulator, body).json()
    file = made["steps"][-1]["content"][0]["uri"].rpartition("/files/")[2].partition(":")[0]
    other = {"x-goog-api-key": "other-key"}

    seen = [
        plain("GET", f"{emulator.url}/v1beta/{path}", headers=other).status_code
        for path in (
            f"interactions/{made['id']}",
            f"files/{file}",
            f"files/{file}:download?alt=media",
            "files",
        )
    ]
    edit = {"model": OMNI, "input": "x", "previous_interaction_id": made["id"]}
    chained = plain("POST", f"{emulator.url}/v1beta/interactions", json=edit, headers=other)
    emulator.forbid("other-key")
    after = plain("GET", f"{emulator.url}/v1beta/files", headers=other)

    assert seen == [404, 403, 403, 200]
    assert chained.json()["error"]["message"] == "Invalid interaction name"
    assert after.status_code == 400
    assert [entry.key for entry in emulator.ledger.entries] == ["known", *["team-b"] * 5, "unknown"]


def test_the_real_pace_takes_as_long_as_the_provider():
    assert REAL.video > 20 > Pace().video
    with Emulator(pace=REAL) as emulator:
        name = create(emulator, video(background=True)).json()["id"]
        emulator.ledger.wait(lambda ledger: ledger.creates(model=OMNI))

        assert emulator.world.interactions[name].status(emulator.clock.now()) == "in_progress"


def test_two_cannot_have_one_port(emulator):
    port = int(emulator.url.rpartition(":")[2])

    with pytest.raises(RuntimeError, match="did not start"):
        Emulator(port=port).start()
