"""The sound of a clip that is written, and how loud a file is."""

from fractions import Fraction

import av
import numpy as np
import pytest

from projects.media.clips.sound import decoded
from projects.media.colour import blank
from projects.media.encode.writer import ClipWriter
from projects.media.quality.loudness import loudness

SIZE, RATE = (320, 180), Fraction(24)


def write(path, rate=RATE, sound=None):
    """Write a grey clip of 49 frames; `sound` gets the writer before the first frame."""
    with ClipWriter(path, SIZE, rate) as writer:
        if sound:
            sound(writer)
        for _ in range(49):
            writer.write(blank(SIZE))
    return path


def tone(path, seconds=3, rate=44100, codec="aac", start=0.0):
    """A file with a 997 Hz tone at -23 LUFS from `start` seconds on, silent before, and a short picture."""
    with av.open(str(path), "w") as container:
        picture = container.add_stream("libx264" if path.suffix == ".mp4" else "libvpx-vp9", rate=24)
        picture.width, picture.height, picture.pix_fmt = 32, 32, "yuv420p"
        track = container.add_stream(codec, rate=rate, layout="stereo")
        for number in range(seconds * 24):
            frame = av.VideoFrame(32, 32, "yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 24)
            container.mux(picture.encode(frame))
        time = np.arange(seconds * rate) / rate
        wave = (10 ** (-23 / 20) * np.sin(2 * np.pi * 997 * time) * (time >= start)).astype(np.float32)
        for at in range(0, len(wave), 960):
            part = wave[at : at + 960]
            frame = av.AudioFrame.from_ndarray(np.stack([part, part]), "fltp", "stereo")
            frame.sample_rate, frame.pts = rate, at
            container.mux(track.encode(frame))
        container.mux(track.encode(None))
        container.mux(picture.encode(None))
    return path


def lengths(path):
    """Seconds of the picture and of the sound."""
    with av.open(str(path)) as container:
        return tuple(float(stream.duration * stream.time_base) for stream in container.streams)


def onset(path):
    """Seconds until the sound begins."""
    samples = np.concatenate(list(decoded(path)), axis=1)[0]
    return int(np.argmax(np.abs(samples) > 0.03)) / 48000


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(30000, 1001)])
def test_silence_is_as_long_as_the_picture(tmp_path, rate):
    path = write(tmp_path / "clip.mp4", rate=rate, sound=lambda writer: writer.silence())

    picture, sound = lengths(path)
    assert abs(picture - sound) <= 1 / rate
    assert loudness(path) is None


def test_aac_is_copied_packet_by_packet(tmp_path):
    source = tone(tmp_path / "tone.mp4")

    path = write(
        tmp_path / "clip.mp4", sound=lambda writer: writer.audio_from(source, seconds=Fraction(49, 24))
    )

    picture, sound = lengths(path)
    assert abs(picture - sound) <= 512 / 44100 + 0.001  # to the nearest packet
    with av.open(str(source)) as one, av.open(str(path)) as two:
        theirs = [bytes(packet) for packet in one.demux(audio=0) if packet.size]
        ours = [bytes(packet) for packet in two.demux(audio=0) if packet.size]
    assert ours == theirs[: len(ours)]
    assert loudness(path).lufs == pytest.approx(-23, abs=0.2)


def test_other_sound_becomes_aac_and_ends_in_silence_when_it_is_shorter(tmp_path):
    source = tone(tmp_path / "tone.webm", seconds=1, rate=48000, codec="libopus")

    path = write(tmp_path / "clip.mp4", sound=lambda writer: writer.audio_from(source))

    picture, sound = lengths(path)
    assert abs(picture - sound) <= 1 / 24
    with av.open(str(path)) as container:
        context = container.streams.audio[0].codec_context
        assert (context.name, context.sample_rate, context.channels) == ("aac", 48000, 2)
    samples = np.concatenate(list(decoded(path)), axis=1)[0]
    assert np.abs(samples[24000:40000]).max() > 0.05
    assert np.abs(samples[60000:]).max() < 0.001


@pytest.mark.parametrize("name", ["copied.mp4", "coded.webm"])
def test_sound_stays_in_step_when_the_clip_starts_later(tmp_path, name):
    codec, rate = ("aac", 44100) if name.endswith("mp4") else ("libopus", 48000)
    source = tone(tmp_path / name, rate=rate, codec=codec, start=1.5)

    path = write(tmp_path / "clip.mp4", sound=lambda writer: writer.audio_from(source, start=Fraction(1, 2)))

    assert onset(source) == pytest.approx(1.5, abs=0.01)
    assert onset(path) == pytest.approx(1.0, abs=0.01)


def test_a_source_without_sound_leaves_the_clip_silent(tmp_path):
    source = write(tmp_path / "source.mp4")

    path = write(tmp_path / "clip.mp4", sound=lambda writer: writer.audio_from(source))

    assert len(lengths(path)) == 1
    assert loudness(path) is None


def test_the_minus_23_tone_reads_minus_23(tmp_path):
    measured = loudness(tone(tmp_path / "tone.mp4"))

    assert measured.lufs == pytest.approx(-23, abs=0.2)
    assert measured.true_peak == pytest.approx(-23, abs=1)


def test_sound_is_chosen_before_the_first_frame(tmp_path):
    def late():
        with ClipWriter(tmp_path / "clip.mp4", SIZE, RATE) as writer:
            writer.write(blank(SIZE))
            writer.silence()

    with pytest.raises(ValueError, match="before the first frame"):
        late()
