"""The page of a file: what it is, what came of it, and where its product ends."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from django.test import Client
from PIL import Image, ImageDraw

from projects.media import outline
from projects.models import Asset
from projects.states import Status
from tests import factories
from tests.desk import PART, browser_of, scene

pytestmark = pytest.mark.django_db
WIDTH, HEIGHT = 640, 480
PRODUCT = (220, 100, 420, 400)
"""Left, top, right and bottom of the product that the photos of this file show."""


def product_photo() -> bytes:
    """Return a photo of a blue box on a plain pale ground."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), "#ece7df")
    ImageDraw.Draw(picture).rectangle(PRODUCT, fill="#3a6ea5")
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def photo_scene() -> tuple[Client, Asset]:
    """Return an owner's browser and the photo with a known product."""
    return scene(name="box.png", data=product_photo(), width=WIDTH, height=HEIGHT)


def extent(html: str) -> tuple[float, float, float, float]:
    """Return the left, top, right and bottom of the drawn edge, in pixels of the photo."""
    path = re.search(r'<path d="M([^"]*)Z"', html)
    assert path is not None
    points = [tuple(map(float, point.split(","))) for point in re.split(r"[ ]|ZM", path[1])]
    across, down = [x for x, _ in points], [y for _, y in points]
    return min(across), min(down), max(across), max(down)


def test_a_photo_is_shown_with_its_facts_and_the_tasks_that_take_it() -> None:
    client, asset = scene()
    factories.make_step(asset)

    html = client.get(f"/assets/{asset.pk}/").content.decode()

    assert "What do you want to make from it?" in html
    assert f"/make/animate-product/?from=asset:{asset.pk}" in html
    assert f"/make/add-subtitles/?from=asset:{asset.pk}" not in html
    assert "96 × 72" in html  # noqa: RUF001 - the sign people read in sizes
    assert re.search(r"<dt>Used in</dt><dd>1 version</dd>", html)


def test_what_was_found_in_a_photo_is_said() -> None:
    facts = {"kind": "image", "notes": ["The picture moved: its first frame is used."], "pictures": {}}
    client, asset = scene(facts=facts)

    html = client.get(f"/assets/{asset.pk}/").content.decode()

    assert "The picture moved: its first frame is used." in html
    assert "The shorter side has 72 pixels." in html


def test_subtitles_begin_no_task_of_their_own_but_fill_a_slot() -> None:
    client, asset = scene(kind="captions", name="words.srt", width=0, height=0)

    html = client.get(f"/assets/{asset.pk}/").content.decode()

    assert f"/make/add-subtitles/?from=asset:{asset.pk}" in html
    assert "<studio-" not in html


def test_a_result_is_shown_by_its_step() -> None:
    client, asset = scene()
    step = factories.make_step(asset, Status.SUCCEEDED)

    answer = client.get(f"/assets/{step.output_id}/")

    assert answer["Location"] == f"/steps/{step.pk}/"


def test_a_file_is_deleted_with_undo_and_restored() -> None:
    client, asset = scene()

    gone = client.post(f"/assets/{asset.pk}/delete/", follow=True).content.decode()
    after = client.get(f"/assets/{asset.pk}/").content.decode()
    part = client.post(f"/assets/{asset.pk}/restore/", headers=PART).content.decode()

    assert f'formaction="/assets/{asset.pk}/restore/"' in gone
    assert "This file is deleted." in after
    assert "data-toast" in part
    assert Asset.objects.get(pk=asset.pk).deleted_at is None


@pytest.mark.parametrize("verb", ["delete", "restore"])
def test_a_plain_link_is_asked_about_first(verb: str) -> None:
    client, asset = scene()

    html = client.get(f"/assets/{asset.pk}/{verb}/").content.decode()

    assert '<form method="post"' in html
    assert Asset.objects.get(pk=asset.pk).deleted_at is None


def test_nobody_else_finds_the_file() -> None:
    _, asset = scene()
    client = browser_of(factories.people(asset.project)["stranger"])

    answers = [client.get(f"/assets/{asset.pk}/"), client.post(f"/assets/{asset.pk}/outline/")]

    assert [answer.status_code for answer in answers] == [404, 404]


@pytest.mark.parametrize("verb", ["delete", "restore"])
def test_reviewers_look_and_strangers_find_nothing(verb: str) -> None:
    _, asset = scene()
    people = factories.people(asset.project)

    answers = [
        browser_of(people[who]).post(f"/assets/{asset.pk}/{verb}/").status_code
        for who in ("reviewer", "stranger")
    ]

    assert answers == [403, 404]


def test_the_found_edge_lies_on_the_product() -> None:
    client, asset = photo_scene()

    html = client.post(f"/assets/{asset.pk}/outline/").content.decode()

    assert extent(html) == pytest.approx(PRODUCT, abs=5)
    assert "The studio found the product." in html
    assert "Use the whole photo" in html


def test_a_stroke_that_leaves_out_is_obeyed() -> None:
    client, asset = photo_scene()
    left_out = '[{"points": [[0.3, 0.72], [0.7, 0.72]], "radius": 0.12, "keep": false}]'

    html = client.post(f"/assets/{asset.pk}/outline/", {"strokes": left_out}).content.decode()

    assert extent(html)[3] < 0.72 * HEIGHT


@pytest.mark.parametrize(
    ("drawn", "sentence"),
    [
        ({"box-0": "10", "box-1": "10", "box-2": "x", "box-3": "20"}, "Fill all 4 numbers"),
        ({"box-0": "90", "box-1": "10", "box-2": "50", "box-3": "20"}, "The box reaches over the edge"),
        ({"strokes": '[{"points": "no"}]'}, "The brush strokes arrived damaged."),
    ],
)
def test_a_drawing_that_cannot_be_read_is_said(drawn: dict[str, str], sentence: str) -> None:
    client, asset = photo_scene()

    answer = client.post(f"/assets/{asset.pk}/outline/", drawn)

    assert answer.status_code == 200
    assert sentence in answer.content.decode()


def test_a_file_that_no_decoder_opens_gets_a_sentence() -> None:
    client, asset = scene(data=b"this is no picture", name="broken.jpg")

    answer = client.post(f"/assets/{asset.pk}/outline/")

    assert answer.status_code == 200
    assert "edge-say" in answer.content.decode()
    assert 'class="over"' not in answer.content.decode()


def test_a_clip_has_no_single_edge() -> None:
    client, asset = scene(kind="video", name="clip.mp4")

    html = client.post(f"/assets/{asset.pk}/outline/").content.decode()

    assert "Only the edge of a photo can be shown." in html


def test_lines_leave_out_dust_and_keep_holes() -> None:
    picture = Image.new("L", (400, 300), 0)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((100, 50, 300, 250), fill=255)
    draw.rectangle((150, 100, 250, 200), fill=0)
    draw.point((10, 10), fill=255)

    lines = outline.lines_of(np.asarray(picture))

    assert len(lines) == 2
    widths = sorted(max(x for x, _ in line) - min(x for x, _ in line) for line in lines)
    assert widths == pytest.approx([100 / 400, 200 / 400], abs=0.01)
