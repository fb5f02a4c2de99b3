"""The provider on loopback, and a folder for what an engine writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from projects.engines.base import Files
from tests.emulator import Emulator


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Return a step's folder."""
    return Files(tmp_path, 60)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Return the provider on loopback."""
    with Emulator() as running:
        yield running
