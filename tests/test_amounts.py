"""Amounts of the environment: what a row cannot hold stops the start with a sentence."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from studio.settings import usd
from tests import shell

NAME = "STUDIO_TEAM_BUDGET_USD"


@pytest.mark.parametrize(
    ("given", "found"), [("", "50"), ("0", "0"), (" 49.90 ", "49.90"), ("999999", "999999")]
)
def test_an_amount_is_read(monkeypatch: pytest.MonkeyPatch, given: str, found: str) -> None:
    monkeypatch.setenv(NAME, given)

    assert usd(NAME, "50") == Decimal(found)


@pytest.mark.parametrize("given", ["1000000", "-1", "fifty", "NaN", "Infinity", "1e9"])
def test_what_no_row_can_hold_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv(NAME, given)

    with pytest.raises(ImproperlyConfigured, match=f"{NAME} has to be an amount"):
        usd(NAME, "50")


def test_it_stops_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(NAME, "1000000")

    ended = shell.manage(tmp_path, "check")

    assert ended.returncode != 0
    assert f"{NAME} has to be an amount from 0 to 999999" in ended.stderr
