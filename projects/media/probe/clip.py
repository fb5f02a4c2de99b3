"""What a clip or a sound file holds: its packets are all read, a few frames decoded, headers not believed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path

import av
from av.container import InputContainer
from av.video.reformatter import ColorTrc

from projects.media.clips.containers import audio_stream, open_media, video_stream
from projects.media.clips.deinterlace import is_interlaced
from projects.media.clips.frames import usual_rate
from projects.media.clips.upright import HDR, turn_of, upright_size
from projects.media.faults import Refused
from projects.media.probe.facts import Caps, Facts
from projects.media.probe.sniff import KINDS, Kind

# Frames decoded at the end of a clip; its first and middle frames are decoded alone.
LOOK = 60
AUDIO_FORMATS = {"mp3": "mp3", "flac": "flac"}
TRANSFERS = {ColorTrc.SMPTE2084: "BT.2020 PQ", ColorTrc.ARIB_STD_B67: "BT.2020 HLG"}


@dataclass(slots=True)
class Extent:
    """The packets of one stream, as far as the file really has them."""

    base: Fraction
    ticks: list[int] = field(default_factory=list)
    lasting: int = 0
    """Ticks at which the last packet so far stops playing, as far as packets say."""

    @property
    def end(self) -> int:
        """The tick at which the last packet stops playing; one that does not say so lasts like the others."""
        last = max(self.ticks, default=0)
        return self.lasting if self.lasting > last else last + self._gaps()[len(self.ticks) // 2 - 1]

    @property
    def seconds(self) -> Fraction:
        """How long the packets play."""
        return (self.end - min(self.ticks)) * self.base if self.ticks else Fraction(0)

    def _gaps(self) -> list[int]:
        """Return the ticks between packets in order of size; a single packet counts as a 25th of a second."""
        gaps = sorted(after - before for before, after in pairwise(sorted(self.ticks)))
        return gaps or [max(1, round(1 / (25 * self.base)))]

    @property
    def rate(self) -> Fraction:
        """Packets a second, on average."""
        return len(self.ticks) / self.seconds if self.seconds else Fraction(0)

    @property
    def varies(self) -> bool:
        """Tell whether more than one gap in fifty differs from the middle one by more than a quarter."""
        gaps = self._gaps()
        middle = gaps[len(gaps) // 2]
        # Matroska rounds times to a millisecond.
        slack = max(Fraction(middle, 4), Fraction(2, 1000) / self.base)
        return sum(abs(gap - middle) > slack for gap in gaps) * 50 > len(gaps)


def probe_media(path: Path, kind: Kind, caps: Caps) -> Facts:
    """Return the facts of a clip or of sound. Raises Refused with its sentence."""
    with open_media(path, kind) as container:
        if len(container.streams) > caps.streams:
            raise Refused(
                f"The file has {len(container.streams)} tracks, more than {caps.streams}. Export fewer."
            )
        video = video_stream(container) if kind.family == "video" else None
        audio = audio_stream(container)
        if video is not None:
            video.codec_context.thread_count = 1
            check_size(video.codec_context.width, video.codec_context.height, caps)
            return _clip(container, video, audio, kind, caps)
        if audio is not None:
            return _sound(container, audio, kind, caps)
    raise Refused("The file has neither picture nor sound that can be read. Export it again as MP4.")


def check_size(width: int, height: int, caps: Caps) -> None:
    """Raise Refused when frames have no size or are larger than the cap, either way round."""
    if width <= 0 or height <= 0:
        raise Refused("The clip has no frames. Export it again.")
    if max(width, height) > caps.video_long_side or min(width, height) > caps.video_short_side:
        raise Refused(
            f"The clip has {width} x {height} pixels, more than the {caps.video_long_side} x "
            f"{caps.video_short_side} that are taken. Export it smaller and upload that.",
            "file_too_large",
        )


def _clip(
    container: InputContainer, video: av.VideoStream, audio: av.AudioStream | None, kind: Kind, caps: Caps
) -> Facts:
    extents = _extents(container, [video, audio] if audio else [video], caps)
    extent = extents[video.index]
    if not extent.ticks:
        raise Refused("The clip has no frames. Export it again.")
    if extent.rate > caps.video_rate * Fraction(101, 100) and len(extent.ticks) > 1:
        raise Refused(
            f"The clip has {float(extent.rate):.0f} frames a second, more than the {caps.video_rate} that are "
            "taken. Export it with fewer.",
            "file_too_large",
        )
    frame = _looked(container, video, extent, caps)
    width, height = upright_size(frame, video.sample_aspect_ratio)
    check_size(width, height, caps)
    return Facts(
        kind=kind.family,
        format=kind.format,
        mime=kind.mime,
        width=width,
        height=height,
        seconds=extent.seconds,
        rate=usual_rate(extent.rate),
        frames=len(extent.ticks),
        has_audio=audio is not None and bool(extents[audio.index].ticks),
        has_alpha=_has_alpha(frame),
        rotation=turn_of(frame).degrees,
        profile=TRANSFERS.get(ColorTrc(frame.color_trc), "") if frame.color_trc in HDR else "BT.709",
        bits=frame.format.components[0].bits,
        codec=video.codec_context.codec.canonical_name,
        audio_codec=audio.codec_context.codec.canonical_name if audio else "",
        notes=tuple(_notes(container, video, frame, extent)),
    )


def _sound(container: InputContainer, audio: av.AudioStream, kind: Kind, caps: Caps) -> Facts:
    extent = _extents(container, [audio], caps)[audio.index]
    container.seek(container.start_time or 0)
    if not extent.ticks or next(container.decode(audio), None) is None:
        raise Refused("The sound is empty. Export it again.")
    codec = audio.codec_context.codec.canonical_name
    if kind.family == "video":
        kind = KINDS[AUDIO_FORMATS.get(codec, "m4a")]
    return Facts(
        kind.family, kind.format, kind.mime, seconds=extent.seconds, has_audio=True, audio_codec=codec
    )


def _extents(
    container: InputContainer, streams: list[av.VideoStream | av.AudioStream], caps: Caps
) -> dict[int, Extent]:
    """Return what each stream really holds. Raises Refused for a file that is too long or is cut off."""
    extents = {stream.index: Extent(stream.time_base or Fraction(1, av.time_base)) for stream in streams}
    for packet in container.demux(*streams):
        # An edit list hides packets that are needed to decode the others.
        if packet.pts is None or packet.is_discard:
            continue
        extent = extents[packet.stream_index]
        extent.ticks.append(packet.pts)
        extent.lasting = max(extent.lasting, packet.pts + (packet.duration or 0))
        if packet.stream.type == "video":
            _check_length(extent, caps)
    for stream in streams:
        _check_whole(container, stream, extents[stream.index])
    return extents


def _check_length(extent: Extent, caps: Caps) -> None:
    most = caps.video_seconds * caps.video_rate
    if (extent.lasting - extent.ticks[0]) * extent.base > caps.video_seconds or len(extent.ticks) > most:
        raise Refused(
            f"The clip is longer than {caps.video_seconds / 60:g} min. Cut it and upload the part you need.",
            "file_too_large",
        )


def _check_whole(container: InputContainer, stream: av.VideoStream | av.AudioStream, extent: Extent) -> None:
    """Raise Refused when the packets end well before the header says."""
    start = Fraction(container.start_time or 0, av.time_base)
    if stream.duration is not None:
        promised = ((stream.start_time or 0) + stream.duration) * extent.base
    elif stream.type == "video":
        # Matroska gives one length for all tracks; sound may end the file a little after the picture.
        promised = Fraction(container.duration or 0, av.time_base) + start
    else:
        return
    real = extent.end * extent.base
    if promised - real > max(Fraction(1, 2), promised / 20):
        seconds = max(0.0, float(real - start))
        raise Refused(f"The file is cut off after {seconds:.1f} s. Upload it again, or export it again.")


def _looked(container: InputContainer, video: av.VideoStream, extent: Extent, caps: Caps) -> av.VideoFrame:
    """Return the first frame, having decoded one in the middle and the last ones too. Raises Refused."""
    ticks = sorted(extent.ticks)
    first: av.VideoFrame | None = None
    for tick, count in ((ticks[0], 1), (ticks[len(ticks) // 2], 1), (ticks[-1], LOOK)):
        container.seek(tick, stream=video, backward=True)
        frames = 0
        try:
            for frame in islice(container.decode(video), count):
                check_size(frame.width, frame.height, caps)
                first, frames = first or frame, frames + 1
        except av.error.InvalidDataError as error:
            at = float(tick * extent.base)
            raise Refused(
                f"The clip is damaged after {at:.1f} s. Export it again and upload that."
            ) from error
        if not frames:
            break
    if first is None or not frames:
        raise Refused("The clip has no frames that can be shown. Export it again.")
    return first


def _has_alpha(frame: av.VideoFrame) -> bool:
    return any(component.is_alpha for component in frame.format.components)


def _notes(
    container: InputContainer, video: av.VideoStream, frame: av.VideoFrame, extent: Extent
) -> Iterator[str]:
    if is_interlaced(video, frame):
        yield "Interlaced clip: its fields are joined into whole pictures."
    if frame.color_trc in HDR:
        yield "High dynamic range clip: its colours are brought to standard range."
    if _has_alpha(frame):
        yield "Transparent clip: it is shown on white."
    if extent.varies:
        yield "The frame rate varies: it is evened out."
    tracks = len(container.streams.audio)
    if tracks > 1:
        yield f"The clip has {tracks} sound tracks: the first is used."
