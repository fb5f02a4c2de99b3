"""Two servers that the tests of this folder share: one as it is, one in a hurry."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.server.wire import APP, HASTY
from tests.serving import Running, serving


@pytest.fixture(scope="session")
def server() -> Iterator[Running]:
    """A server with the limits and deadlines of every day, where a warning is a fault.

    After a refusal it lingers for as long as a busy machine may need to read the sentence.
    """
    with serving(APP, PYTHONWARNINGS="error", SERVED_DEADLINES=json.dumps({"linger": 60})) as running:
        yield running


@pytest.fixture(scope="session")
def hasty() -> Iterator[Running]:
    """A server behind a proxy that waits for some seconds where others wait for half a minute."""
    with serving(APP, SERVED_DEADLINES=json.dumps(HASTY), SERVED_PROXIES="1") as running:
        yield running
