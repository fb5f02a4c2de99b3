"""The wish: what a person wants of one stage, in words and numbers that every engine reads.

Pure and frozen. `prompts` turns a wish into a provider's words and the draft engine turns the same wish into media
operations, so the two cannot drift apart. JSON goes both ways with `version: 1`; an unknown key is refused.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

VERSION = 1
Json = dict[str, Any]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Size:
    """A picture's width and height in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width} × {self.height}"  # noqa: RUF001 - the sign people read in sizes


@dataclass(frozen=True, slots=True)
class Ratio:
    """A format such as 16:9, as people name it."""

    across: int
    down: int

    @classmethod
    def parse(cls, text: str) -> Ratio:
        """Return the ratio that `16:9` names. Raises ValueError for anything else."""
        across, _, down = text.partition(":")
        if not (across.isdigit() and down.isdigit() and int(across) and int(down)):
            raise ValueError(f"“{text}” is not a format such as 16:9.")
        return cls(int(across), int(down))

    def pixels(self, short_side: int) -> Size:
        """Return even pixels for this format whose shorter side is `short_side`."""
        long_side = short_side * max(self.across, self.down) / min(self.across, self.down)
        short, long = _even(short_side), _even(long_side)
        return Size(long, short) if self.across >= self.down else Size(short, long)


SHORT_SIDES = {"360p": 360, "720p": 720, "1080p": 1080}


def pixels(form: str, size: str) -> Size:
    """Return the even pixel size of a clip: `pixels("9:16", "720p")` is 720 by 1280."""
    return Ratio.parse(form).pixels(SHORT_SIDES[size])


def _even(value: float) -> int:
    return round(value / 2) * 2


@dataclass(frozen=True, slots=True)
class Camera:
    """How the camera moves: `locked`, `push-in`, … and its speed (`slow`, `normal`, `fast`)."""

    move: str = "locked"
    speed: str = "normal"


@dataclass(frozen=True, slots=True)
class Shot:
    """A timed part of a clip, in seconds from its start."""

    start: float
    end: float
    action: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """The one thing that an edit changes; `box` is (x, y, width, height) in shares of the picture."""

    kind: str
    target: str = ""
    text: str = ""
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """Everything that one stage asks for. `extra` holds a task's own plain values."""

    subject: str = ""
    locks: tuple[str, ...] = ()
    action: str = ""
    place: str = ""
    light: str = ""
    style: str = ""
    camera: Camera = Camera()
    shots: tuple[Shot, ...] = ()
    words: tuple[str, ...] = ()
    sound: str = ""
    dialogue: str = ""
    format: str = ""
    size: str = ""
    seconds: float = 0
    change: Change | None = None
    avoid: str = ""
    roles: tuple[tuple[str, str, str], ...] = ()
    extra: Json = field(default_factory=dict)

    @property
    def folded(self) -> tuple[Change, ...]:
        """The changes that `prompts.edits.fold` added to it, in order."""
        return tuple(_change(change) for change in self.extra.get("changes", ()))

    def to_json(self) -> Json:
        """Return plain JSON values that `from_json` turns back into an equal wish."""
        return {"version": VERSION, **dataclasses.asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Wish:
        """Return the wish that `to_json` wrote. Raises ValueError on another version or an unknown key."""
        given = dict(data)
        if given.pop("version", None) != VERSION:
            raise ValueError("This wish was written by another version of the studio.")
        unknown = given.keys() - {entry.name for entry in dataclasses.fields(cls)}
        if unknown:
            raise ValueError(f"A wish has no {', '.join(sorted(unknown))}.")
        return cls(**{name: _revived(name, value) for name, value in given.items()})


def _revived(name: str, value: Any) -> Any:
    if name == "camera":
        return Camera(**value)
    if name == "shots":
        return tuple(Shot(**shot) for shot in value)
    if name == "change":
        return None if value is None else _change(value)
    if name == "roles":
        return tuple((slot, role, note) for slot, role, note in value)
    return tuple(value) if name in {"locks", "words"} else value


def _change(value: Mapping[str, Any]) -> Change:
    return Change(**{**value, "box": tuple(value["box"]) if value["box"] else None})
