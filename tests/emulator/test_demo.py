"""`make demo`: the studio beside the emulator, which end together."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.serving import ROOT

pytestmark = pytest.mark.kill


def test_the_demo_says_where_to_sign_in_and_ends_with_the_emulator(tmp_path: Path) -> None:
    real = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "OPENROUTER_API_KEY": "sk-or-real"}
    demo = subprocess.Popen(
        [sys.executable, "-u", "-m", "tests.emulator.demo", "--data", str(tmp_path)],
        cwd=ROOT,
        env=os.environ | real | {"PORT": "0", "DJANGO_SETTINGS_MODULE": "studio.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert demo.stdout is not None
        said = ""
        while "is ready at" not in said:
            line = demo.stdout.readline()
            assert line, said
            said += line
        studio = said.rpartition("is ready at ")[2].strip()
        provider = re.search(r"emulated at (http://\S+):", said)
        with urllib.request.urlopen(f"{studio}/accounts/login/") as page:  # noqa: S310 - our own server
            assert page.status == 200
        demo.send_signal(signal.SIGINT)
        rest = demo.communicate(timeout=200)[0]
    finally:
        demo.kill()
        demo.wait()

    assert "Sign in as admin, password emulated" in said
    assert provider is not None
    assert demo.returncode == 0, rest
    for address in (studio, provider[1]):
        with pytest.raises(OSError, match="refused"):
            urllib.request.urlopen(address)  # noqa: S310 - our own server
