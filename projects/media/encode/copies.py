"""Clean copies of clips and sound: the same pictures and tones, playable everywhere, and no metadata."""

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer, OutputContainer
from av.stream import Stream

from projects.media.clips.containers import audio_stream, open_media, video_stream
from projects.media.clips.deinterlace import is_interlaced
from projects.media.clips.frames import read
from projects.media.clips.sound import decoded
from projects.media.clips.upright import HDR, Turn, even, turn_of
from projects.media.encode.audio import EncodedTrack
from projects.media.encode.writer import ClipWriter
from projects.media.faults import Stopped
from projects.media.probe.facts import Facts
from projects.media.probe.sniff import KINDS, Kind

# What browsers play, by container. Anything else becomes H.264 and AAC in MP4.
PLAYABLE = {
    "mp4": (frozenset({"h264"}), frozenset({"aac", "mp3"})),
    "webm": (frozenset({"vp8", "vp9", "av1"}), frozenset({"opus", "vorbis", ""})),
}
EIGHT_BIT = frozenset({"yuv420p", "yuvj420p"})
SOUND_FORMATS = {"aac": "m4a", "mp3": "mp3", "flac": "flac"}
PCM = frozenset({"pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_u8"})
MUXERS = {"m4a": "ipod", "mp3": "mp3", "wav": "wav", "flac": "flac", "mp4": "mp4", "webm": "webm"}
# No encoder's name, no tags, nothing that tells the time of writing.
PLAIN = {"fflags": "+bitexact"}
OPTIONS = {
    "mp4": PLAIN | {"movflags": "+faststart"},
    "m4a": PLAIN | {"movflags": "+faststart"},
    "mp3": PLAIN | {"id3v2_version": "0", "write_xing": "0"},
}


class Unmuxable(Exception):
    """The packets cannot be stored as they are: two share a time, or time runs backwards."""


def clean_clip(
    source: Path, folder: Path, facts: Facts, *, tell: Callable[[float], None], stop: Callable[[], bool]
) -> tuple[Path, Kind]:
    """Write the clip without metadata as clean.mp4 or clean.webm into the folder; its sound is kept.

    Pictures are copied as they are when every browser plays them upright, else encoded anew as H.264.
    Raises Refused, Stopped, Corrupt.
    """
    form = _playable_form(source, facts)
    if form is not None:
        target = folder / f"clean{KINDS[form].extension}"
        try:
            _remux(source, target, form)
        except Unmuxable:
            # An encoder makes new time stamps.
            target.unlink(missing_ok=True)
        else:
            return target, KINDS[form]
    target = folder / "clean.mp4"
    _encode(source, target, facts, tell, stop)
    return target, KINDS["mp4"]


def _playable_form(source: Path, facts: Facts) -> str | None:
    """Return 'mp4' or 'webm' when the pictures can be copied into it as they are, else None."""
    form = "webm" if facts.codec in PLAYABLE["webm"][0] and facts.format in ("webm", "mkv") else "mp4"
    videos, sounds = PLAYABLE[form]
    if facts.codec not in videos or (form == "webm" and facts.audio_codec not in sounds):
        return None
    with open_media(source) as container:
        stream = video_stream(container)
        if stream is None or any(packet.is_discard for packet in container.demux(stream)):
            return None
        container.seek(container.start_time or 0)
        frame = next(container.decode(stream))
        square = stream.sample_aspect_ratio in (None, 0, 1)
        plain = frame.format.name in EIGHT_BIT and turn_of(frame) == Turn() and frame.color_trc not in HDR
        whole = not is_interlaced(stream, frame)
    return form if square and plain and whole else None


def _remux(source: Path, target: Path, form: str) -> None:
    """Copy the first video track, and the sound as it is or as AAC, so that the file starts at zero.

    Raises Unmuxable.
    """
    with (
        open_media(source) as container,
        av.open(str(target), "w", format=MUXERS[form], options=OPTIONS.get(form, PLAIN)) as output,
    ):
        video, audio = video_stream(container), audio_stream(container)
        assert video is not None  # noqa: S101 - `_playable_form` has seen it
        copies: dict[int, av.VideoStream | av.AudioStream] = {
            video.index: output.add_stream_from_template(video)
        }
        track: EncodedTrack | None = None
        if audio is not None and audio.codec_context.codec.canonical_name in PLAYABLE[form][1]:
            copies[audio.index] = output.add_stream_from_template(audio)
        elif audio is not None:
            track = EncodedTrack(output, decoded(source))
        end = Fraction(0)
        for packet in _packets(container, copies):
            if track is not None:
                end = max(end, ((packet.pts or 0) + (packet.duration or 0)) * packet.time_base)
                _mux_all(output, track.until(end))
            packet.stream = copies[packet.stream_index]
            try:
                output.mux_one(packet)
            except av.error.ArgumentError as error:
                raise Unmuxable from error
        if track is not None:
            _mux_all(output, track.finish(end))


def _packets(container: InputContainer, wanted: Iterable[int]) -> Iterator["av.Packet[Stream]"]:
    """Yield the packets of the wanted tracks, the file's start moved to zero."""
    streams = [container.streams[index] for index in wanted]
    start = Fraction(max(0, container.start_time or 0), av.time_base)
    for packet in container.demux(*streams):
        if packet.pts is None:
            continue
        shift = round(start / packet.time_base)
        packet.pts -= shift
        if packet.dts is not None:
            packet.dts -= shift
        yield packet


def _mux_all(output: OutputContainer, packets: Iterable["av.Packet[av.AudioStream]"]) -> None:
    for packet in packets:
        output.mux_one(packet)


def _encode(
    source: Path, target: Path, facts: Facts, tell: Callable[[float], None], stop: Callable[[], bool]
) -> None:
    """Write the clip as H.264, upright, in standard range, at a constant rate."""
    size, total = even((facts.width, facts.height)), max(1, round(facts.seconds * facts.rate))
    with ClipWriter(target, size, facts.rate) as writer:
        if facts.has_audio:
            writer.audio_from(source, seconds=facts.seconds)
        for number, frame in enumerate(read(source, size=size, rate=facts.rate), 1):
            if stop():
                raise Stopped
            writer.write(frame)
            tell(min(1.0, number / total))


def clean_audio(source: Path, folder: Path, facts: Facts) -> tuple[Path, Kind]:
    """Write the sound without tags and covers as clean.wav, .mp3, .m4a or .flac into the folder.

    The samples stay as they are stored, but for codecs that browsers do not play: those become AAC.
    """
    form = "wav" if facts.audio_codec in PCM else SOUND_FORMATS.get(facts.audio_codec, "")
    kind = KINDS[form or "m4a"]
    target = folder / f"clean{kind.extension}"
    options = OPTIONS.get(kind.format, PLAIN)
    with (
        open_media(source) as container,
        av.open(str(target), "w", format=MUXERS[kind.format], options=options) as output,
    ):
        audio = audio_stream(container)
        assert audio is not None  # noqa: S101 - `probe` has seen it
        if not form:
            _mux_all(output, EncodedTrack(output, decoded(source)).finish(facts.seconds))
            return target, kind
        copy = output.add_stream_from_template(audio)
        for packet in _packets(container, [audio.index]):
            packet.stream = copy
            output.mux_one(packet)
    return target, kind
