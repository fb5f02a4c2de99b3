"""What sniff and probe say of a file, and that they say it of its bytes, never of its name."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from projects.media.faults import Refused
from projects.media.probe.facts import Caps, Facts
from projects.media.probe.file import probe
from projects.media.probe.sniff import ACCEPTED, sniff
from tests.corpus import CANARY, HLS
from tests.making import clip, gif_bytes, jpeg_bytes, picture, png_of, quarters, write
from tests.odd import deep_png, sound_file, turned
from tests.profiles import wide_gamut_profile

SAMPLES = {
    "jpeg": jpeg_bytes(),
    "png": png_of(2, 2, rows=bytes(14)),
    "gif": gif_bytes(),
    "tiff": b"II*\0\x08\0\0\0" + bytes(40),
    "webp": b"RIFF\x24\0\0\0WEBPVP8 " + bytes(30),
    "wav": b"RIFF\x24\0\0\0WAVEfmt " + bytes(30),
    "flac": b"fLaC\0\0\0\x22" + bytes(34),
    "mp3": b"ID3\x04\0\0\0\0\0\0" + b"\xff\xfb\x90\x00" + bytes(413) + b"\xff\xfb\x90\x00",
    "heic": b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic",
    "avif": b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf",
    "mov": b"\0\0\0\x14ftypqt  \0\0\0\0qt  ",
    "mp4": b"\0\0\0\x18ftypisom\0\0\x02\0isommp42",
    "m4a": b"\0\0\0\x18ftypM4A \0\0\x02\0isomM4A ",
    "webm": b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm",
    "mkv": b"\x1aE\xdf\xa3\xa3B\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x88matroska",
    "srt": b"1\n00:00:01,000 --> 00:00:02,000\nHello\n",
    "vtt": b"WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n",
    "csv": b"name;size\ncup;2\n",
}
FOREIGN = {
    "bmp": b"BM" + bytes(60),
    "avi": b"RIFF\x24\0\0\0AVI LIST" + bytes(30),
    "mpeg 1 layer II": b"\xff\xfd\x90\x00" + bytes(413),
    "jpeg 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(30),
    "an unknown brand": b"\0\0\0\x18ftyphack\0\0\0\0hack",
    "ebml of another kind": b"\x1aE\xdf\xa3\x8bB\x82\x84evil",
    "prose": b"A line, with a comma.\nAnother line without one.\n",
    "json": b'{"a": 1, "b": 2}\n{"a": 1, "b": 2}\n',
    "a list of one column": b"name\ncup\nplate\n",
    "control characters": b"a,b\n\x01,\x02\n",
}


@pytest.mark.parametrize("form", SAMPLES)
@pytest.mark.parametrize("name", ["file", "file.mp4", "file.svg"])
def test_the_bytes_decide_what_a_file_is(tmp_path: Path, form: str, name: str) -> None:
    path = write(tmp_path, name, SAMPLES[form])

    assert sniff(path).format == form


@pytest.mark.parametrize("name", FOREIGN)
def test_other_kinds_are_refused_with_the_kinds_that_are_taken(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, "file.jpg", FOREIGN[name])

    with pytest.raises(Refused) as refusal:
        sniff(path)

    assert refusal.value.sentence.endswith(ACCEPTED)
    assert refusal.value.code == "input_rejected"


def test_an_mp4_that_is_also_compatible_with_quicktime_stays_an_mp4(tmp_path: Path) -> None:
    path = write(tmp_path, "a", b"\0\0\0\x1cftypmp42\0\0\0\0mp42qt  M4A ")

    assert sniff(path).format == "mp4"


def test_a_flac_file_may_begin_with_an_id3_tag(tmp_path: Path) -> None:
    path = write(tmp_path, "a.mp3", b"ID3\x04\0\0\0\0\0\x04abcd" + SAMPLES["flac"])

    assert sniff(path).format == "flac"


def test_utf_16_text_is_told_how_to_be_saved(tmp_path: Path) -> None:
    path = write(tmp_path, "a.srt", SAMPLES["srt"].decode().encode("utf-16"))

    with pytest.raises(Refused, match="Save it as UTF-8"):
        sniff(path)


def test_facts_survive_the_way_through_json(tmp_path: Path) -> None:
    facts = probe(clip(tmp_path / "a.mp4", sound=True, rate=Fraction(30000, 1001)))

    assert facts.rate == Fraction(30000, 1001)
    assert Facts.from_dict(facts.as_dict()) == facts


def test_a_picture_is_probed_from_its_header(tmp_path: Path) -> None:
    path = turned(tmp_path / "a.jpg", 6)
    facts = probe(path)

    assert (facts.kind, facts.format, facts.mime) == ("image", "jpeg", "image/jpeg")
    assert (facts.width, facts.height, facts.rotation) == (96, 64, 90)


def test_bits_and_profile_of_a_picture_are_named(tmp_path: Path) -> None:
    deep = probe(deep_png(tmp_path / "a.png"))
    wide = probe(picture(tmp_path / "b.jpg", icc_profile=wide_gamut_profile()))

    assert deep.bits == 16
    assert wide.profile == "Wide gamut"


def test_a_clip_is_probed_from_its_packets(tmp_path: Path) -> None:
    facts = probe(clip(tmp_path / "a.mov", form="mov", frames=30, rate=Fraction(25), sound=True))

    assert (facts.width, facts.height, facts.frames) == (96, 64, 30)
    assert (facts.seconds, facts.rate) == (Fraction(6, 5), Fraction(25))
    assert facts.has_audio
    assert (facts.codec, facts.audio_codec) == ("h264", "aac")


def test_a_clip_that_was_cut_off_says_where(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mp4", frames=120, options={"movflags": "+faststart"})
    body = path.read_bytes()
    path.write_bytes(body[: len(body) * 6 // 10])

    with pytest.raises(Refused, match=r"cut off after 1\.\d s"):
        probe(path)


def test_a_clip_with_a_cover_and_no_moving_picture_is_sound(tmp_path: Path) -> None:
    facts = probe(sound_file(tmp_path / "a.mp4", "aac", "mp4"))

    assert (facts.kind, facts.format) == ("audio", "m4a")
    assert abs(facts.seconds - 1) < Fraction(1, 20)


@pytest.mark.parametrize(
    ("caps", "sentence"),
    [
        (Caps(image_pixels=6000), "0 megapixels"),
        (Caps(image_bytes=100), "more than the 0.0 MB"),
    ],
)
def test_the_callers_caps_hold_for_pictures(tmp_path: Path, caps: Caps, sentence: str) -> None:
    path = picture(tmp_path / "a.jpg")

    with pytest.raises(Refused, match=sentence) as refusal:
        probe(path, caps)

    assert refusal.value.code == "file_too_large"


@pytest.mark.parametrize(
    ("caps", "sentence"),
    [
        (Caps(video_long_side=95), "96 x 64 pixels"),
        (Caps(video_short_side=63), "96 x 64 pixels"),
        (Caps(video_rate=12), "24 frames a second"),
        (Caps(video_seconds=1), "longer than"),
        (Caps(streams=1), "2 tracks"),
        (Caps(video_bytes=1000), "more than the 0.0 MB"),
    ],
)
def test_the_callers_caps_hold_for_clips(tmp_path: Path, caps: Caps, sentence: str) -> None:
    path = clip(tmp_path / "a.mp4", frames=48, sound=True)

    with pytest.raises(Refused, match=sentence):
        probe(path, caps)


def test_an_upright_clip_of_the_largest_size_is_taken_either_way_round(tmp_path: Path) -> None:
    caps = Caps(video_long_side=96, video_short_side=64)
    tall = clip(tmp_path / "a.mp4", quarters(64, 96), frames=2)

    assert probe(tall, caps).height == 96


def test_unknown_caps_are_named() -> None:
    with pytest.raises(ValueError, match="tracks"):
        Caps.from_dict({"tracks": 3})


def sentence_or_facts(path: Path) -> str:
    """Return the kind of the file or why it is refused; anything else that is raised fails the test."""
    try:
        return probe(path).kind
    except Refused as refusal:
        return refusal.sentence


@given(body=st.binary(min_size=1, max_size=300), head=st.sampled_from(sorted(SAMPLES)))
@example(body=HLS.encode(), head="csv")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_end_in_facts_or_one_sentence(tmp_path: Path, body: bytes, head: str) -> None:
    for mutant in (body, SAMPLES[head][:40] + body):
        path = write(tmp_path, "mutant.mp4", mutant)
        assert sentence_or_facts(path)


@given(at=st.integers(0, 3000), value=st.integers(0, 255), length=st.integers(1, 8))
@example(at=1677, value=32, length=5)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_flipped_bytes_of_a_clip_end_in_facts_or_one_sentence(
    tmp_path: Path, at: int, value: int, length: int
) -> None:
    whole = tmp_path / CANARY
    body = bytearray((whole if whole.exists() else clip(whole, frames=6)).read_bytes())
    at %= len(body)
    body[at : at + length] = bytes([value]) * length
    path = write(tmp_path, "mutant.mp4", bytes(body))

    assert sentence_or_facts(path)
