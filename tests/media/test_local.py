"""Finishing work from a wish: subtitles typed, in a file, or both, and formats."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import pytest

from projects.media.faults import Refused
from projects.media.local import render
from projects.wish import Change, Wish
from tests.making import clip

ROW = {"start": 0.2, "end": 0.8, "text": "Typed"}
FILE = "1\n00:00:00,100 --> 00:00:00,900\nFrom a file\n"


def make(tmp_path: Path, wish: Wish, srt: str = "") -> dict[str, Any]:
    """Return what the wish makes of a clip of a second, and of a subtitle file where there is one."""
    inputs = [
        {"role": "video", "kind": "video", "path": str(clip(tmp_path / "clip.mp4", sound=True)), "facts": {}}
    ]
    if srt:
        (tmp_path / "words.srt").write_text(srt)
        path = str(tmp_path / "words.srt")
        inputs.append({"role": "cue_file", "kind": "captions", "path": path, "facts": {}})
    folder = tmp_path / "made"
    folder.mkdir()
    return render({"wish": wish.to_json(), "inputs": inputs, "fonts": str(tmp_path)}, str(folder))


def subtitles(*rows: dict[str, Any], mode: str = "both") -> Wish:
    """Return the wish of the task, with these typed rows."""
    extra = {
        "cues": rows,
        "style": "kit",
        "place": "bottom",
        "mode": mode,
        "language": "en",
        "instructions": "",
    }
    return Wish(change=Change("text", "subtitles", ""), extra=extra)


@pytest.mark.parametrize("mode", ["burn", "track", "both"])
@pytest.mark.parametrize(
    ("rows", "srt", "words"),
    [((ROW,), "", ["Typed"]), ((), FILE, ["From a file"]), ((ROW,), FILE, ["From a file", "Typed"])],
)
def test_words_are_taken_from_rows_and_from_a_file(
    tmp_path: Path, mode: str, rows: tuple[dict[str, Any], ...], srt: str, words: list[str]
) -> None:
    made = make(tmp_path, subtitles(*rows, mode=mode), srt)

    paths = {Path(entry["path"]).suffix: Path(entry["path"]) for entry in made["files"]}
    with av.open(str(paths[".mp4"])) as result:
        assert bool(result.streams.audio)
        assert bool(result.streams.subtitles) == (mode != "burn")
    for suffix in (".vtt", ".srt"):
        assert [word for word in words if word in paths[suffix].read_text()] == words


def test_no_words_at_all_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cue"):
        make(tmp_path, subtitles())


@pytest.mark.parametrize("method", ["crop-path", "blur-fit"])
def test_a_clip_gets_its_format_and_keeps_its_sound(tmp_path: Path, method: str) -> None:
    extra = {"method": method, "focus": (0.3, 0.5), "keyframes": (), "instructions": ""}
    wish = Wish(format="9:16", size="360p", change=Change("format", "frame", "9:16"), extra=extra)

    made = make(tmp_path, wish)

    with av.open(made["files"][0]["path"]) as result:
        assert (result.streams.video[0].width, result.streams.video[0].height) == (360, 640)
        assert result.streams.audio


def test_a_crop_by_hand_outside_the_picture_is_refused(tmp_path: Path) -> None:
    extra = {
        "method": "crop-path",
        "focus": None,
        "keyframes": ({"at": 0, "x": "130", "y": "50"},),
        "instructions": "",
    }
    wish = Wish(format="9:16", size="360p", change=Change("format", "frame", "9:16"), extra=extra)

    with pytest.raises(Refused, match="between 0 and 100"):
        make(tmp_path, wish)
