"""What an idle server has not loaded: the provider's SDK and the decoders come with their first use."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests import shell
from tests.serving import ROOT

HEAVY = ("av", "cv2", "google.genai", "pydantic")
CODE = f"""
import json, sys, django
django.setup()
import studio.asgi, studio.server, projects.runner.embedded
from django.urls import get_resolver
get_resolver().url_patterns
print(json.dumps([name for name in {HEAVY} if name in sys.modules]))
"""


def test_a_server_starts_without_decoders_and_without_the_sdk(tmp_path: Path) -> None:
    started = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=ROOT,
        env=shell.environment(tmp_path) | {"DJANGO_SETTINGS_MODULE": "studio.settings"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(started.stdout) == []
