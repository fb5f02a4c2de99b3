"""What a change's own words ask for, as far as a draft can do it. Pure: the engine reads it before the work begins.

Words are looked up, not understood: what is in no table, and every wish to add or replace a thing, is written on
the picture instead of guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from projects.wish import Change

Operation = Literal["light", "grade", "weather", "plate", "remove", "size", "camera", "title", "written"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One operation of media work and the entry of its table; `written` has none."""

    operation: Operation
    value: str = ""


WRITTEN = Reading("written")
BY_WORDS = "A draft cannot do this, so it writes the wish on the picture. A Gemini engine can carry it out."
NO_BOX = "Draw a box around what is to go, and a draft takes it out. Until then the wish is written on the picture."
ANY_BOX = (0.25, 0.25, 0.5, 0.5)
Reader = Callable[[str], Reading | None]


def _table(operation: Operation, rows: dict[str, str]) -> Reader:
    """Return a reader that finds the first row whose words stand in a text."""
    known = [(re.compile(rf"\b(?:{words})", re.IGNORECASE), value) for words, value in rows.items()]

    def find(text: str) -> Reading | None:
        return next((Reading(operation, value) for words, value in known if words.search(text)), None)

    return find


LIGHT = _table(
    "light",
    {
        "golden|sunset|sunrise|dusk|dawn|late sun|evening|low sun": "golden-hour",
        "neon|cyberpunk|club": "neon-night",
        "candle|fire ?light|camp ?fire": "candle",
        "moon|night": "moonlight",
        "window": "window",
        "softbox|studio": "softbox",
        "overcast|gr[ae]y sky|cloud": "overcast",
        "soft|day ?light|noon|morning|sunny|sun ?light": "soft-day",
    },
)
TONE = _table(
    "grade",
    {
        "warm": "warm",
        "cool|cold|blu(?:er|ish)": "cool",
        "bright|lighter|high.?key|expos": "bright",
        "dark|dim|low.?key|mood": "dark",
        "contrast|punch": "contrast",
    },
)
STYLE = _table(
    "grade",
    {
        "noir": "noir",
        "black.and.white|black & white|b ?& ?w|monochrom|gr[ae]yscale": "mono",
        "sepia|vintage|retro|old photo|19[2-8]0s": "vintage",
        "cinema|film|movie|teal|blockbuster": "cinematic",
        "vivid|vibrant|saturat|colou?rful|punchy": "vivid",
        "muted|pastel|matte|faded|desaturat|washed": "muted",
        "dream|hazy|glow": "dreamy",
    },
)
WEATHER = _table(
    "weather",
    {"rain|storm|drizzl|shower": "rain", "snow|blizzard|flakes": "snow", "fog|mist|haz[ey]": "fog"},
)
SKY = _table("light", {"overcast|cloud|grey|gray": "overcast", "sun|clear|bright|fair": "soft-day"})
CAMERA = _table(
    "camera",
    {
        r"push|zoom in|closer|close.?up|tight|nearer|crop|dolly in": "in",
        r"pull|zoom out|wider|wide shot|further|farther|dolly out": "out",
        r"(?:pan|slide|move|track)\w*\b.*\bleft": "left",
        r"(?:pan|slide|move|track)\w*\b.*\bright|pan\b|slide": "right",
        r"(?:tilt|crane|pan)\w*\b.*\bdown": "down",
        r"tilt|crane": "up",
    },
)

COLOURS = {
    "white": "#f6f5f2", "black": "#151517", "grey": "#a8a9ab", "gray": "#a8a9ab", "red": "#b3392f",
    "orange": "#d98441", "yellow": "#e6c65a", "green": "#5f7f5c", "blue": "#4b6f9c", "navy": "#22304a",
    "teal": "#3f7a7a", "purple": "#6d5687", "pink": "#e0b3b8", "brown": "#7a5a43", "beige": "#e2d6c3",
    "cream": "#efe6d2", "sand": "#d9c6a5", "terracotta": "#b56a4c", "sage": "#a3ad94", "mint": "#bcd8c6",
}  # fmt: skip
PLAIN_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a an the plain even simple solid seamless background backdrop wall paper studio sweep colour color gradient
        with to of in it and make change replace set put on only into from smooth clean soft hard no shadow pure one""",
    )
)
"""Words around a colour that ask for no place: “a plain sage backdrop”, but not “a beach with white sand”."""

REMOVES = re.compile(
    r"\b(?:remove|delete|erase|hide|take out|take away|get rid|without|invisible|no more)\b", re.I
)
ADDS = re.compile(r"\b(?:add|insert|put|place|replace|swap|give|instead|exchange)\b", re.I)
RESIZES = re.compile(
    r"\b(?:smaller|larger|bigger|half|double|twice|higher|lower|to the (?:left|right))\b", re.I
)
QUOTED = re.compile(r"“([^”]+)”|\"([^\"]+)\"|„([^“]+)“|«([^»]+)»")
ASKS = re.compile(
    r"^\s*(?:add|change|make|remove|replace|put|set|rewrite|turn|delete|translate|write|move)\b", re.I
)


def read(change: Change) -> Reading:
    """Return what a draft makes of a change."""
    text = change.text.strip()
    found = next((found for reader in READERS.get(change.kind, ()) if (found := reader(text))), WRITTEN)
    return WRITTEN if found.operation == "remove" and change.box is None else found


def reason(change: Change) -> str:
    """Return what people are told where a wish is only written: of a removal, how a draft can do it."""
    boxed = Change(change.kind, text=change.text, box=change.box or ANY_BOX)
    return NO_BOX if read(boxed).operation == "remove" else BY_WORDS


def colours(text: str) -> tuple[str, ...]:
    """Return the colours that a plain background is asked in; none when the words ask for a place."""
    found = re.findall(r"#[0-9a-f]{6}\b|[a-z]+", text.lower())
    named = tuple(COLOURS.get(word, word) for word in found if word in COLOURS or word.startswith("#"))
    known = all(word in COLOURS or word in PLAIN_WORDS or word.startswith("#") for word in found)
    return named if known else ()


def _plate(text: str) -> Reading | None:
    named = colours(text)
    if named and "gradient" in text.lower():
        return Reading("plate", "gradient")
    if named:
        return Reading("plate", "sweep" if re.search("sweep|white", text.lower()) else "solid")
    return (
        Reading("plate", "sweep")
        if re.search(r"^\W*(?:a |the )?(?:studio )?sweep\W*$", text.lower())
        else None
    )


def _removal(text: str) -> Reading | None:
    return Reading("remove") if REMOVES.search(text) else None


def _size(text: str) -> Reading | None:
    return Reading("size", text) if RESIZES.search(text) else None


def _title(text: str) -> Reading | None:
    """Return the words in quotes, or all of them when they are no sentence that asks for something."""
    quoted = QUOTED.search(text)
    if quoted:
        return Reading("title", next(filter(None, quoted.groups())).strip())
    return None if ASKS.search(text) else Reading("title", text)


def _new_thing(text: str) -> Reading | None:
    """Return `written` for what nothing here can draw, before a word of it is taken for a light or a colour."""
    return WRITTEN if ADDS.search(text) else None


READERS: dict[str, tuple[Reader, ...]] = {
    "light": (TONE, LIGHT),
    "background": (_plate,),
    "object": (_removal, _new_thing, _size),
    "text": (_title,),
    "style": (STYLE, TONE),
    "camera": (CAMERA,),
    "weather": (WEATHER, SKY),
    "scale": (_size,),
    "own": (_removal, _new_thing, _size, WEATHER, CAMERA, STYLE, TONE, LIGHT),
}
