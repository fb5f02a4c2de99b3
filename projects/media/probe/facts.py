"""What is known about a file, and how large one may be: values that cross the process border as dicts."""

from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Facts:
    """What `probe` saw. Sizes are those of the upright picture with square pixels; what does not apply is 0.

    kind: image, video, audio, captions or table. seconds and rate: exact. rotation: degrees clockwise that
    make the stored picture upright. profile: the name of the colour profile. notes: sentences for people.
    """

    kind: str
    format: str
    mime: str
    width: int = 0
    height: int = 0
    seconds: Fraction = Fraction(0)
    rate: Fraction = Fraction(0)
    frames: int = 0
    has_audio: bool = False
    has_alpha: bool = False
    rotation: int = 0
    animated: bool = False
    profile: str = ""
    bits: int = 8
    codec: str = ""
    audio_codec: str = ""
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return plain values: fractions as 'numerator/denominator', notes as a list."""
        return asdict(self) | {
            "seconds": str(self.seconds),
            "rate": str(self.rate),
            "notes": list(self.notes),
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Return the facts that `as_dict` wrote. Raises TypeError for an unknown key."""
        exact = {name: Fraction(values.get(name, 0)) for name in ("seconds", "rate")}
        return cls(**values | exact | {"notes": tuple(values.get("notes", ()))})

    def intake_seconds(self) -> float:
        """Return how long taking this file in may last on a busy host before it counts as stuck."""
        # A still is decoded and written once; a clip may have to be encoded anew, frame by frame.
        megapixels = self.width * self.height / 1e6
        return 60 + megapixels + megapixels * self.frames / 2


@dataclass(frozen=True, slots=True)
class Caps:
    """The largest file of each kind that is taken. The defaults are the studio's; settings may lower them."""

    image_bytes: int = 200_000_000
    image_pixels: int = 120_000_000
    animation_pixels: int = 250_000_000
    video_bytes: int = 1 << 30
    video_seconds: int = 600
    video_long_side: int = 4096
    video_short_side: int = 2304
    video_rate: int = 120
    streams: int = 8
    audio_bytes: int = 200_000_000
    text_bytes: int = 1_000_000

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Return the caps with these values; unknown keys are refused by name (ValueError)."""
        unknown = set(values) - {field.name for field in fields(cls)}
        if unknown:
            raise ValueError(f"unknown caps: {', '.join(sorted(unknown))}")
        return cls(**values)
