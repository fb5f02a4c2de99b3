"""Every upload ends, in a child process, in a clean copy with its pictures or in one sentence."""

import ctypes
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from projects.media.faults import Corrupt, Refused
from projects.pool import Call, Children
from tests.corpus import CANARY, HOSTILE
from tests.making import clip, picture, quarters, write
from tests.odd import ODD, SECRETS

OPENED = 0x20
"""IN_OPEN of <sys/inotify.h>."""


@pytest.fixture(scope="module")
def children() -> Iterator[Children]:
    """The pools that the server has, with its own limits."""
    pools = Children()
    yield pools
    pools.shutdown()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A fresh folder for one call."""
    made = tmp_path / "out"
    made.mkdir()
    return made


def take_in(children: Children, path: Path, folder: Path) -> dict[str, Any]:
    """Take the file in as the upload view does."""
    call = Call("render", wall=60, folder=folder)
    taken: dict[str, Any] = children.run_sync(
        call, "projects.media.intake:take_in", str(path), str(folder), {}
    )
    return taken


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_one_sentence(
    children: Children, tmp_path: Path, folder: Path, name: str
) -> None:
    path = HOSTILE[name](tmp_path)

    with pytest.raises((Refused, Corrupt)) as refusal:
        take_in(children, path, folder)

    sentence = str(refusal.value)
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert str(tmp_path) not in sentence


@pytest.mark.parametrize(
    "name", [name for name in HOSTILE if "hls" in name or "ffconcat" in name or "refers" in name]
)
def test_a_file_that_names_another_does_not_get_it_opened(
    children: Children, tmp_path: Path, folder: Path, name: str
) -> None:
    path = HOSTILE[name](tmp_path)
    libc = ctypes.CDLL(None)
    watch = libc.inotify_init1(os.O_NONBLOCK)
    assert libc.inotify_add_watch(watch, os.fsencode(tmp_path / CANARY), OPENED) > 0

    with pytest.raises(Refused):
        take_in(children, path, folder)

    with pytest.raises(BlockingIOError):
        os.read(watch, 4096)
    # The watch itself works.
    (tmp_path / CANARY).read_bytes()
    assert os.read(watch, 4096)
    os.close(watch)


@pytest.mark.parametrize("name", ODD)
def test_an_odd_but_valid_file_comes_out_right(
    children: Children, tmp_path: Path, folder: Path, name: str
) -> None:
    make, expected = ODD[name]

    taken = take_in(children, make(tmp_path), folder)

    facts = taken["facts"]
    assert {key: facts[key] for key in expected} == expected
    body = (folder / taken["clean"]).read_bytes()
    assert not [secret for secret in SECRETS if secret in body]
    written = {taken["clean"], *(each["name"] for each in taken["thumbs"].values())}
    written |= {taken["filmstrip"]["name"]} if taken["filmstrip"] else set()
    assert {path.name for path in folder.iterdir()} == written
    has_picture = facts["kind"] in ("image", "video")
    assert sorted(taken["thumbs"]) == (["1280", "240", "320", "640"] if has_picture else [])


def test_captions_become_plain_utf_8(children: Children, tmp_path: Path, folder: Path) -> None:
    path = write(tmp_path, "a.srt", "1\r\n00:00:01,000 --> 00:00:02,500\r\nCafé déjà\r\n".encode("cp1252"))

    taken = take_in(children, path, folder)

    text = (folder / taken["clean"]).read_bytes()
    assert text == "1\n00:00:01,000 --> 00:00:02,500\nCafé déjà\n".encode()


def test_a_photo_of_a_hundred_megapixels_is_taken(children: Children, tmp_path: Path, folder: Path) -> None:
    Image.new("CMYK", (10_000, 10_000), (20, 90, 200, 10)).save(tmp_path / "a.jpg", quality=60)

    taken = take_in(children, tmp_path / "a.jpg", folder)

    assert (taken["facts"]["width"], taken["facts"]["height"]) == (10_000, 10_000)
    assert taken["thumbs"]["320"]["width"] == 320


@pytest.mark.parametrize("name", ["clean.jpg", "320.webp", "clean.mp4"])
def test_a_full_disk_is_told_from_a_bad_file(
    children: Children, tmp_path: Path, folder: Path, name: str
) -> None:
    path = (
        clip(tmp_path / "a.mp4") if name.endswith("mp4") else picture(tmp_path / "a.jpg", quarters(400, 300))
    )
    (folder / name).symlink_to("/dev/full")

    with pytest.raises(OSError, match="No space left") as fault:
        take_in(children, path, folder)

    assert fault.value.errno == errno.ENOSPC


def test_the_callers_caps_reach_the_child(children: Children, tmp_path: Path, folder: Path) -> None:
    path = picture(tmp_path / "a.jpg")

    with pytest.raises(Refused, match="megapixels"):
        children.run_sync(
            Call("probe"), "projects.media.intake:take_in", str(path), str(folder), {"image_pixels": 100}
        )


def test_a_look_writes_nothing(children: Children, tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mp4")

    facts = children.run_sync(Call("probe"), "projects.media.intake:look", str(path), {})

    assert (facts["kind"], facts["frames"]) == ("video", 24)
    assert [each.name for each in tmp_path.iterdir()] == ["a.mp4"]


def test_a_result_is_opened_checked_and_given_its_pictures(
    children: Children, tmp_path: Path, folder: Path
) -> None:
    path = clip(tmp_path / "result.mp4", quarters(320, 180), sound=True)
    before = path.read_bytes()

    made = children.run_sync(Call("render"), "projects.media.intake:finish", str(path), str(folder))

    assert made["clean"] == "result.mp4"
    assert made["facts"]["has_audio"]
    assert sorted(each.name for each in folder.iterdir()) == [
        "1280.webp",
        "240.webp",
        "320.webp",
        "640.webp",
        "filmstrip.webp",
    ]
    assert path.read_bytes() == before


def test_a_result_that_is_cut_off_is_not_taken_for_one(
    children: Children, tmp_path: Path, folder: Path
) -> None:
    path = picture(tmp_path / "result.png", quarters(320, 180))
    path.write_bytes(path.read_bytes()[:-40])

    with pytest.raises(Refused):
        children.run_sync(Call("render"), "projects.media.intake:finish", str(path), str(folder))
