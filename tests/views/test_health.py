"""Health: what a platform asks before it sends people here."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings

pytestmark = pytest.mark.django_db


def test_a_fresh_studio_is_live_and_ready_without_signing_in() -> None:
    client = Client()

    live, ready = client.get("/healthz/live"), client.get("/healthz")

    assert (live.status_code, live.json()) == (200, {"status": "live"})
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")


@override_settings(LEAST_FREE_BYTES=1 << 60)
def test_a_disk_that_is_almost_full_makes_it_not_ready_but_still_live() -> None:
    client = Client()

    ready = client.get("/healthz")

    assert (ready.status_code, ready.json()["disk"]) == (503, "almost full")
    assert client.get("/healthz/live").status_code == 200


def test_health_is_never_kept() -> None:
    assert Client().get("/healthz")["Cache-Control"] == "no-store"
