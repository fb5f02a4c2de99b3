"""The draft engine's doors to edits: one change, a folded path of them, and new sound."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from projects.media import draft
from projects.media.clips.sound import decoded
from projects.media.edits.words import BY_WORDS
from projects.media.probe.file import probe
from projects.prompts import edits
from projects.wish import Change, Wish
from tests.media.edits.test_clips import clip
from tests.media.edits.test_stills import scene


def drafted(wish: Wish, source: Path, kind: str, folder: Path) -> tuple[Path, list[str]]:
    """Return the file that the draft engine makes of a source, and the notes."""
    folder.mkdir()
    facts = {"kind": kind, "width": 320, "height": 240}
    given = {
        "role": "clip" if kind == "video" else "image",
        "kind": kind,
        "path": str(source),
        "facts": facts,
    }
    request: dict[str, Any] = {"wish": wish.to_json(), "inputs": [given], "fonts": "/nowhere", "seed": 3}
    made = draft.render(request, str(folder))
    assert [path.suffix for path in folder.iterdir() if not path.name.startswith(".")] == [
        Path(made["files"][0]["path"]).suffix
    ]
    return Path(made["files"][0]["path"]), made["notes"]


def test_a_folded_path_is_drafted_change_by_change_into_one_file(tmp_path: Path) -> None:
    source = tmp_path / "photo.png"
    Image.fromarray(scene()).save(source)
    path = [
        Change("style", text="black and white"),
        Change("pose", text="jump"),
        Change("light", text="darker"),
    ]

    made, notes = drafted(edits.fold(Wish(change=path[0]), path[1:]), source, "image", tmp_path / "out")

    with Image.open(made) as picture:
        codes = np.asarray(picture).astype(int)
    assert notes == [BY_WORDS]
    assert np.ptp(codes, axis=2).max() <= 6, "the letters are set in eight bits of YUV"
    assert codes[200:, :60].mean() < scene()[200:, :60].mean() - 25
    assert (codes[8:40, 10:100].max() - codes[8:40, 10:100].min()) > 80, "the wish is on it"


def test_a_clip_keeps_its_sound_length_and_rate_unless_new_sound_is_asked(tmp_path: Path) -> None:
    footage = clip(tmp_path / "clip.mp4", sound=True)
    wish = Wish(change=Change("style", text="noir"))

    kept, _ = drafted(wish, footage.path, "video", tmp_path / "kept")
    new, _ = drafted(
        Wish(change=wish.change, extra={"audio": "new"}), footage.path, "video", tmp_path / "new"
    )

    for made in (kept, new):
        facts = probe(made)
        assert (facts.width, facts.height, facts.rate, facts.frames) == (320, 240, footage.facts.rate, 24)
    loud = [max(float(np.abs(block).max()) for block in decoded(made)) for made in (kept, new)]
    assert loud[0] > 0.3
    assert loud[1] == 0
