"""Boards as clips: as long as asked, a panel a shot, and a bridge that begins and ends with its stills."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from projects.media import draft
from projects.media.arrays import resize
from projects.media.boards.bridge import ENDS, Bridge
from projects.media.clips.frames import read
from projects.media.colour import rgb_from_yuv, yuv_from_rgb
from projects.media.images.stills import load
from projects.wish import Camera, Shot, Wish
from tests import making

RATE = Fraction(12)
SIZE = (160, 90)


def drafted(folder: Path, wish: Wish, *inputs: tuple[str, Path]) -> list[np.ndarray]:
    """Return the frames' luma of the clip that a wish becomes."""
    entries: list[dict[str, Any]] = [
        {"role": role, "kind": "image", "path": str(path), "facts": {}} for role, path in inputs
    ]
    request = {"wish": wish.to_json(), "seed": 0, "fonts": str(folder), "inputs": entries}
    made = draft.render(request, str(folder))
    return [frame.y.copy() for frame in read(Path(made["files"][0]["path"]))]


def clip(**fields: Any) -> Wish:
    """Return the wish of a small clip of two seconds."""
    return Wish(**{"format": "16:9", "size": "360p", "seconds": 2, "camera": Camera("push-in"), **fields})


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """Return how far two frames are from each other, in codes."""
    return float(np.abs(one.astype(int) - other).mean())


def luma_of(path: Path) -> np.ndarray:
    """Return a still's luma at the size of a small clip."""
    return yuv_from_rgb(resize(load(path), (640, 360))).y


def roles(*names: str) -> tuple[tuple[str, str, str], ...]:
    """Return the roles of a wish."""
    return tuple((name, name, "") for name in names)


def test_an_animatic_has_a_panel_for_each_shot(tmp_path: Path) -> None:
    shots = (Shot(0, 1, "The sea at dawn."), Shot(1, 2, "A city street."))

    frames = drafted(tmp_path, clip(shots=shots, camera=Camera("locked")))

    assert len(frames) == 60
    assert apart(frames[5], frames[28]) < 1
    assert apart(frames[28], frames[40]) > 12
    assert apart(frames[40], frames[58]) < 1


def test_words_on_screen_come_after_the_first_frame(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    still = {"camera": Camera("locked"), "action": "The sea at dawn."}

    said = drafted(tmp_path, clip(words=("After the heat.",), **still))
    plain = drafted(tmp_path / "plain", clip(**still))

    assert apart(said[0], plain[0]) < 0.5
    assert np.abs(said[30].astype(int) - plain[30]).max() > 60


@pytest.fixture
def photos(tmp_path: Path) -> tuple[Path, Path]:
    """Return two stills of one format, with detail everywhere, so that every move shows."""
    blocks = np.random.default_rng(3).integers(30, 220, (2, 18, 32, 3), np.uint8)
    one, two = np.kron(blocks, np.ones((1, 20, 20, 1), np.uint8))
    return making.picture(tmp_path / "one.png", one), making.picture(tmp_path / "two.png", two)


def test_references_stand_on_a_board_before_one_is_filmed(tmp_path: Path, photos: tuple[Path, Path]) -> None:
    wish = clip(roles=roles("subject", "style"))

    frames = drafted(tmp_path, wish, ("style", photos[1]), ("subject", photos[0]))

    first, second = map(luma_of, photos)
    assert len(frames) == 60
    assert apart(frames[-1], first) < apart(frames[-1], second)
    assert apart(frames[0], frames[-1]) > 20


def test_a_style_alone_lends_its_colours_to_a_typed_scene(tmp_path: Path, photos: tuple[Path, Path]) -> None:
    frames = drafted(tmp_path, clip(action="A quiet room", roles=roles("style")), ("style", photos[0]))

    assert len(frames) == 60
    assert apart(frames[-1], luma_of(photos[0])) > 20


def test_a_bridge_begins_and_ends_with_its_stills(tmp_path: Path, photos: tuple[Path, Path]) -> None:
    wish = clip(roles=roles("first_frame", "last_frame"), camera=Camera("slide"))

    frames = drafted(tmp_path, wish, ("last_frame", photos[1]), ("first_frame", photos[0]))

    assert len(frames) == 60
    assert apart(frames[0], luma_of(photos[0])) < 3
    assert apart(frames[-1], luma_of(photos[1])) < 3


@pytest.mark.parametrize("move", ENDS)
def test_no_move_of_a_bridge_shows_an_edge(move: str) -> None:
    inner = np.full((100, 178, 3), 90, np.uint8)
    bridge = Bridge(inner, inner, SIZE, Fraction(1), move, "fast")

    lumas = [frame.y.copy() for frame in bridge.frames(RATE)]

    assert len(lumas) == 12
    for layer in ENDS[move]:
        assert layer.zoom >= 1 + 2 * max(abs(layer.x), abs(layer.y))
    assert max(int(luma.max()) - int(luma.min()) for luma in lumas) <= 1


def test_a_match_cut_turns_at_its_time_and_a_dissolve_in_between() -> None:
    one, two = making.quarters(178, 100), making.quarters(178, 100)[::-1].copy()
    cut, soft = (
        [
            rgb_from_yuv(frame)
            for frame in Bridge(one, two, SIZE, Fraction(2), "locked", "normal", at).frames(RATE)
        ]
        for at in (Fraction(1, 2), None)
    )

    assert [apart(cut[5], cut[0]) < 1, apart(cut[6], cut[-1]) < 1] == [True, True]
    assert apart(soft[5], soft[0]) < 1
    assert apart(soft[12], soft[0]) > 20 < apart(soft[12], soft[-1])
