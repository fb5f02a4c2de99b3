"""Quality: what a finished file is, technically, and what a person would send it back for."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from projects.media.clips.footage import Footage, Stop, Tell, never, nobody
from projects.media.probe.file import probe
from projects.media.quality.flashes import MOST
from projects.media.quality.loudness import loudness
from projects.media.quality.watch import Seen, Span, watch


@dataclass(frozen=True, slots=True)
class Report:
    """A file's technical facts. What does not apply is 0, empty or None; spans and cuts are in seconds.

    lufs and true_peak (dBTP) by EBU R128, None without sound or for silence. flashes: the most in any second.
    """

    kind: str
    width: int
    height: int
    bytes: int
    codec: str
    seconds: float = 0.0
    rate: float = 0.0
    has_sound: bool = False
    lufs: float | None = None
    true_peak: float | None = None
    black: tuple[Span, ...] = ()
    frozen: tuple[Span, ...] = ()
    cuts: tuple[float, ...] = ()
    flashes: int = 0

    @property
    def flickers(self) -> bool:
        """Whether the clip flashes more than three times in a second."""
        return self.flashes > MOST

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values, `flickers` among them."""
        spans = {name: [list(span) for span in getattr(self, name)] for name in ("black", "frozen")}
        return asdict(self) | spans | {"cuts": list(self.cuts), "flickers": self.flickers}


def report(path: Path, stop: Stop = never, tell: Tell = nobody) -> Report:
    """Return the report of a clip, a still or a sound: one decode of the picture, one of the sound.

    Raises Refused, Stopped, Corrupt.
    """
    facts = probe(path)
    volume = loudness(path) if facts.has_audio else None
    seen = watch(Footage(path, facts, stop, tell)) if facts.kind == "video" else Seen()
    return Report(
        kind=facts.kind,
        width=facts.width,
        height=facts.height,
        bytes=path.stat().st_size,
        codec=facts.codec or facts.audio_codec,
        seconds=float(facts.seconds),
        rate=float(facts.rate),
        has_sound=facts.has_audio,
        lufs=round(volume.lufs, 1) if volume else None,
        true_peak=round(volume.true_peak, 1) if volume else None,
        black=tuple(seen.black.spans),
        frozen=tuple(span for span in seen.frozen.spans if not _within(span, seen.black.spans)),
        cuts=tuple(seen.cuts),
        flashes=seen.flashes.most,
    )


def _within(span: Span, others: list[Span]) -> bool:
    return any(start - 0.1 <= span[0] and span[1] <= end + 0.1 for start, end in others)
