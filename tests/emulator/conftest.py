"""An emulator for each test, and the real SDK's client for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from google import genai

from tests.emulator import Emulator
from tests.emulator.asking import client_of


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Return a running emulator; an error inside it fails the test."""
    with Emulator() as running:
        yield running


@pytest.fixture
def client(emulator: Emulator) -> Iterator[genai.Client]:
    """Return the SDK's client, with its retries off."""
    made = client_of(emulator)
    yield made
    made.close()
