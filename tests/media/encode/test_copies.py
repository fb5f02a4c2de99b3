"""Clean copies play everywhere, show and sound the same, and say nothing about where they come from."""

import hashlib
from pathlib import Path

import av
import numpy as np
import pytest

from projects.media.clips.frames import read
from projects.media.clips.sound import decoded
from projects.media.colour import rgb_from_yuv
from projects.media.encode.copies import clean_audio, clean_clip
from projects.media.faults import Stopped
from projects.media.probe.file import probe
from tests.making import CORNERS, clip, closest, quarters
from tests.odd import SECRETS, edit_list, secret_clip, sound_file


def take(path: Path, folder: Path) -> Path:
    """Return the clean copy of a clip."""
    return clean_clip(path, folder, probe(path), tell=lambda _: None, stop=lambda: False)[0]


def packets(path: Path, kind: str) -> list[str]:
    """Return the hashes of the stored packets of a track, in order of time."""
    with av.open(str(path)) as container:
        stream = next(stream for stream in container.streams if stream.type == kind)
        found = [(packet.pts, bytes(packet)) for packet in container.demux(stream) if packet.pts is not None]
    return [hashlib.sha256(body).hexdigest() for _, body in sorted(found)]


def loudest_hertz(path: Path) -> float:
    """Return the strongest tone of a file's sound."""
    samples = np.concatenate(list(decoded(path)), axis=1)[0]
    return float(np.abs(np.fft.rfft(samples)).argmax() * 48000 / len(samples))


def test_a_clip_that_plays_everywhere_is_copied_packet_by_packet(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mov", form="mov", sound=True)

    copy = take(path, tmp_path)

    assert copy.name == "clean.mp4"
    assert packets(copy, "video") == packets(path, "video")
    assert packets(copy, "audio") == packets(path, "audio")


def test_a_clean_clip_holds_no_metadata(tmp_path: Path) -> None:
    path = secret_clip(tmp_path / "a.mov")
    assert b"SECRET-TITLE" in path.read_bytes()

    copy = take(path, tmp_path)

    assert not [secret for secret in (*SECRETS, b"Lavf") if secret in copy.read_bytes()]


def test_a_clean_clip_begins_with_its_index(tmp_path: Path) -> None:
    body = take(clip(tmp_path / "a.mp4"), tmp_path).read_bytes()

    assert 0 < body.find(b"moov") < body.find(b"mdat")


def test_a_turned_clip_is_stored_upright(tmp_path: Path) -> None:
    stored = np.ascontiguousarray(np.rot90(quarters(), -1))
    copy = take(clip(tmp_path / "a.mp4", stored, turn=90, sound=True), tmp_path)

    facts = probe(copy)
    assert (facts.width, facts.height, facts.rotation, facts.frames) == (96, 64, 0, 24)
    assert closest(rgb_from_yuv(next(read(copy)))) == CORNERS
    assert abs(loudest_hertz(copy) - 440) < 3


def test_what_an_edit_list_hides_is_gone(tmp_path: Path) -> None:
    path = edit_list(tmp_path / "a.mp4")
    copy = take(path, tmp_path)

    with av.open(str(copy)) as container:
        assert len(list(container.demux(video=0))) - 1 == 36


@pytest.mark.parametrize("codec", ["pcm_s16le", "flac"])
def test_sound_that_browsers_do_not_play_in_mp4_becomes_aac(tmp_path: Path, codec: str) -> None:
    silent, tone = clip(tmp_path / "a.mp4"), sound_file(tmp_path / "a.wav", "pcm_s16le", "wav")
    path = tmp_path / "a.mkv"
    with (
        av.open(str(silent)) as video,
        av.open(str(tone)) as audio,
        av.open(str(path), "w", format="matroska") as output,
    ):
        stored = video.streams.video[0]
        picture_track = output.add_stream_from_template(stored)
        sound_track = output.add_stream(codec, rate=48000, layout="stereo")
        assert isinstance(sound_track, av.AudioStream)
        for packet in video.demux(stored):
            if packet.pts is not None:
                packet.stream = picture_track
                output.mux_one(packet)
        for frame in audio.decode(audio=0):
            output.mux(sound_track.encode(frame))
        output.mux(sound_track.encode(None))

    copy = take(path, tmp_path)

    facts = probe(copy)
    assert (facts.codec, facts.audio_codec) == ("h264", "aac")
    assert packets(copy, "video") == packets(silent, "video")
    assert abs(loudest_hertz(copy) - 440) < 3


def test_a_stop_leaves_no_file(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mp4", turn=90)
    shares: list[float] = []

    with pytest.raises(Stopped):
        clean_clip(path, tmp_path, probe(path), tell=shares.append, stop=lambda: len(shares) == 5)

    assert shares == [number / 24 for number in range(1, 6)]
    assert not (tmp_path / "clean.mp4").exists()


@pytest.mark.parametrize(
    ("codec", "form", "name"),
    [("pcm_s16le", "wav", "wav"), ("mp3", "mp3", "mp3"), ("aac", "ipod", "m4a"), ("flac", "flac", "flac")],
)
def test_clean_sound_keeps_its_samples_and_loses_its_tags(
    tmp_path: Path, codec: str, form: str, name: str
) -> None:
    path = sound_file(tmp_path / "a", codec, form)
    assert b"SECRET-TITLE" in path.read_bytes()

    copy, kind = clean_audio(path, tmp_path, probe(path))

    assert (copy.name, kind.format) == (f"clean.{name}", name)
    assert b"SECRET-TITLE" not in copy.read_bytes()
    assert packets(copy, "audio") == packets(path, "audio")


def test_sound_in_an_unusual_codec_becomes_aac(tmp_path: Path) -> None:
    path = sound_file(tmp_path / "a.m4a", "alac", "ipod")

    copy, _ = clean_audio(path, tmp_path, probe(path))

    assert probe(copy).audio_codec == "aac"
    assert abs(loudest_hertz(copy) - 440) < 3
