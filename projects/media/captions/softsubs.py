"""Soft subtitles: cues as a text track of an MP4, for viewers to switch on (3GPP timed text, `tx3g`)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from fractions import Fraction
from heapq import merge
from pathlib import Path
from typing import TypeAlias

import av

from projects.media.captions.cues import Cue
from projects.media.clips.containers import audio_stream, open_media, video_stream
from projects.media.encode.settings import CONTAINER

Packet: TypeAlias = "av.Packet[av.stream.Stream]"

TICK = Fraction(1, 1000)
# ISO 639-2/T, the only codes that MP4 keeps.
LANGUAGES = {
    "ar": "ara", "bn": "ben", "de": "deu", "el": "ell", "en": "eng", "es": "spa", "fr": "fra", "he": "heb",
    "hi": "hin", "it": "ita", "ja": "jpn", "ko": "kor", "nl": "nld", "pl": "pol", "pt": "por", "ru": "rus",
    "ta": "tam", "th": "tha", "tr": "tur", "uk": "ukr", "zh": "zho",
}  # fmt: skip
# The encoder takes the track's style from here: white, at the bottom, centred.
HEADER = (
    b"[V4+ Styles]\nFormat: Name, Fontname, Fontsize, PrimaryColour, BackColour, Alignment\n"
    b"Style: Default,Sans,18,&Hffffff,&H0,2\n"
)


def with_track(clip: Path, cues: Sequence[Cue], target: Path, language: str = "") -> None:
    """Write an MP4 with the clip's picture and sound, packet by packet, and the cues as a track.

    cues: in turn. language: a tag such as `en` or `pt-BR`.
    """
    with open_media(clip) as source, av.open(str(target), "w", format="mp4", options=CONTAINER) as made:
        kept = [stream for stream in (video_stream(source), audio_stream(source)) if stream is not None]
        streams: dict[int, av.stream.Stream] = {
            stream.index: made.add_stream_from_template(stream) for stream in kept
        }
        track = made.add_stream("mov_text")
        track.codec_context.subtitle_header = HEADER
        track.time_base = TICK
        track.metadata["language"] = LANGUAGES.get(language[:2].lower(), "und")
        words = iter([_packet(cue, track) for cue in cues])
        for packet in merge(_moved(source.demux(kept), streams), words, key=_seconds):
            made.mux_one(packet)


def _moved(packets: Iterator[Packet], streams: dict[int, av.stream.Stream]) -> Iterator[Packet]:
    for packet in packets:
        if packet.dts is not None:
            packet.stream = streams[packet.stream_index]
            yield packet


def _packet(cue: Cue, track: av.stream.Stream) -> Packet:
    """Return the cue as a sample: length, then UTF-8 (3GPP TS 26.245, 5.17)."""
    text = cue.text.encode()
    packet = av.Packet(struct.pack(">H", len(text)) + text)
    packet.stream, packet.time_base = track, TICK
    packet.pts = packet.dts = round(cue.start / TICK)
    packet.duration = round(cue.end / TICK) - packet.pts
    return packet


def _seconds(packet: Packet) -> Fraction:
    return (packet.dts or 0) * packet.time_base
