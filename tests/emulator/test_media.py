"""The emulator's pictures and clips: real, marked, and made of one another."""

from __future__ import annotations

import io
import itertools

import av
import numpy as np
from PIL import Image

from tests.emulator import media
from tests.emulator.asking import picture

RED = media.base_of(picture((640, 360), "red"))


def frames_of(data: bytes) -> list[np.ndarray]:
    """Return a clip's frames as RGB."""
    with av.open(io.BytesIO(data)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_a_still_is_marked_over_its_picture():
    made = media.still(RED, (640, 360), "image/png", "a red bottle on a beach")

    pixels = np.asarray(Image.open(io.BytesIO(made.data)).convert("RGB")).astype(int)
    yellow = (pixels[:60, :, 0] > 200) & (pixels[:60, :, 1] > 150) & (pixels[:60, :, 2] < 80)
    assert yellow.sum() > 200
    assert tuple(pixels[200, 320]) == (254, 0, 0) or tuple(pixels[200, 320]) == (255, 0, 0)


def test_a_clip_moves_all_the_time_and_sounds_without_a_click():
    made = media.clip(RED, (640, 360), 3, "x")

    frames = frames_of(made.data)
    with av.open(io.BytesIO(made.data)) as container:
        sound = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)[0]
    changes = [np.abs(one.astype(int) - two).max() for one, two in itertools.pairwise(frames)]
    assert len(frames) == 72
    assert min(changes) > 100
    assert np.abs(sound).max() > 0.03
    assert np.abs(np.diff(sound)).max() < 0.01


def test_what_was_made_here_goes_on_from_the_clean_picture():
    made = media.clip(RED, (640, 360), 3, "y")

    again = media.base_of(made.data)

    assert again == RED
    assert media.changed(again, "at night").key != again.key


def test_the_same_again_is_not_made_again():
    assert media.clip(RED, (640, 360), 3, "z") is media.clip(
        media.base_of(picture((640, 360), "red")), (640, 360), 3, "z"
    )


def test_tall_and_wide_pictures_are_shown_whole():
    tall = media.base_of(picture((90, 160), "blue"))

    made = media.still(tall, (1376, 768), "image/png", "x")

    shown = Image.open(io.BytesIO(made.data)).convert("RGB")
    assert shown.getpixel((688, 760)) == (0, 0, 255)
    assert shown.size == (1376, 768)
