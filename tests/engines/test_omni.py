"""Where a clip of Omni is asked to lie: only on Vertex must a bucket be named."""

from __future__ import annotations

from typing import Any

import pytest

from projects.engines import models, omni
from projects.engines.base import Door, Request
from projects.wish import Wish

MODEL = models.find(models.shipped(), "gemini-omni-1.2-flash", "vertex")


@pytest.mark.parametrize(
    ("door", "delivery"),
    [
        (Door(1, "developer", "key"), {"delivery": "uri"}),
        (Door(1, "vertex", "", "p", "global"), {"delivery": "inline"}),
        (
            Door(1, "vertex", "", "p", "global", "gs://clips/ads/"),
            {"delivery": "uri", "gcs_uri": "gs://clips/ads/attempt"},
        ),
    ],
)
def test_a_clip_lies_where_its_door_can_give_it_out(door: Door, delivery: dict[str, Any]) -> None:
    wish = Wish(seconds=5, format="16:9", size="720p")
    request = Request(
        wish, "t", "video.text", model=MODEL, door=door, prompt="A ball rolls.", label="attempt"
    )

    form = omni.body_of(request)["response_format"]

    assert {key: form[key] for key in ("delivery", "gcs_uri") if key in form} == delivery
