"""Vocabulary: the words for cameras, lenses, light, moods and styles, each with what it plainly means.

The controls of a task offer these terms, and `compose` writes their words, so a choice and its sentence are one row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ANY = "any"
"""The value of a choice that leaves it to the model: no words are written."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term: how a control names it, what a prompt says, and what it means to somebody who never heard of it."""

    label: str
    words: str
    means: str


CAMERA = {
    "locked": Term("Locked", "does not move", "The camera stands on a tripod."),
    "push-in": Term("Push in", "makes a steady push in", "The camera comes nearer."),
    "pull-out": Term("Pull out", "pulls back steadily", "The camera goes away and shows more around."),
    "orbit": Term("Orbit", "orbits the subject in a small arc", "The camera goes round the subject."),
    "slide": Term("Slide", "slides sideways", "The camera moves along a line across the picture."),
    "tilt": Term("Tilt", "tilts up", "The camera stays in its place and looks up."),
    "crane": Term("Crane", "cranes up", "The camera rises."),
    "handheld": Term("Handheld", "is handheld, with small natural movements", "A person holds the camera."),
}
PACE = {"slow": "slowly and calmly", "fast": "at a quick pace"}
LENS = {
    "wide": Term("Wide angle", "a 24 mm wide-angle lens", "Much of the place; near things look large."),
    "normal": Term("Normal", "a 50 mm lens", "About what the eye sees."),
    "portrait": Term("Portrait", "an 85 mm lens with a soft background", "The subject sharp, the rest soft."),
    "macro": Term("Macro", "a macro lens, very close", "Small things fill the picture."),
}
LIGHT = {
    "golden-hour": Term("Golden hour", "low, warm golden-hour sun with long soft shadows", "Before sunset."),
    "soft-day": Term("Soft day", "soft, bright daylight", "Daylight through thin cloud."),
    "softbox": Term("Softbox", "clean studio light from a large softbox", "Even studio light, soft shadows."),
    "neon-night": Term(
        "Neon night", "neon signs at night, in magenta and cyan", "Coloured light in the dark."
    ),
    "overcast": Term("Overcast", "even light from an overcast sky", "Grey and quiet, hardly a shadow."),
    "candle": Term("Candle", "warm candle light from close by", "Dim, warm and near."),
}
MOOD = {
    "calm": Term("Calm", "calm and unhurried", "Quiet, much room."),
    "bold": Term("Bold", "bold and energetic", "Strong colours and contrasts."),
    "warm": Term("Warm", "warm and inviting", "Friendly, earthy colours."),
    "elegant": Term("Elegant", "elegant and restrained", "Few colours, much dark or much paper."),
    "playful": Term("Playful", "playful and bright", "Many light colours."),
}
STYLE = {
    "photo": Term("Photograph", "a realistic advertising photograph", "As from a camera."),
    "film": Term("Film still", "a cinematic film still with fine grain", "As from a feature film."),
    "studio": Term("Studio poster", "a clean studio poster", "A product on a plain ground."),
    "illustration": Term("Illustration", "a flat editorial illustration", "Drawn, in few colours."),
    "watercolour": Term("Watercolour", "a loose watercolour on paper", "Painted with water and pigment."),
    "clay": Term("Clay model", "a hand-made clay model on a table", "Modelled, as for stop motion."),
}
ACTIONS = {
    "still": "It stands still; only the camera moves",
    "spin": "It turns slowly about its own axis",
    "pour": "It pours in one smooth stream",
    "open": "It opens in one smooth movement",
    "splash": "Liquid splashes up around it",
}
ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth",
)  # fmt: skip
ROLES = {
    "product": "is the product",
    "subject": "is the subject, and it stays the same all through",
    "style": "is only the style: its colours, light and texture",
    "motion": "is a drawing of the movement and guides the movement only",
    "sketch": "is a sketch and guides the layout only",
    "plate": "is the background",
    "first_frame": "is the first frame, exactly as it is",
    "last_frame": "is the last frame, exactly as it is",
    "reference": "is a reference",
}
"""What an input is for, in plain words: a model is told the role of each image by its place in line."""

INSTEAD = {
    "people": "an empty, quiet place", "person": "an empty, quiet place", "crowd": "an empty, quiet place",
    "hands": "the product by itself", "text": "plain, unmarked surfaces", "words": "plain, unmarked surfaces",
    "letters": "plain, unmarked surfaces", "logo": "plain, unmarked surroundings",
    "logos": "plain, unmarked surroundings", "watermark": "a clean, unmarked picture",
    "blur": "sharp focus throughout", "blurry": "sharp focus throughout", "clutter": "a tidy, open scene",
    "cluttered": "a tidy, open scene", "busy": "a tidy, open scene", "dark": "bright, open light",
    "shadow": "soft, even light", "shadows": "soft, even light", "glare": "soft, even light",
    "reflections": "matte surfaces", "reflection": "matte surfaces", "shaky": "a steady camera",
    "shake": "a steady camera", "cuts": "one continuous shot", "cartoon": "photographic realism",
    "noise": "a clean, smooth picture", "grain": "a clean, smooth picture", "rain": "dry, clear weather",
    "snow": "a clear, green season", "clouds": "a clear sky", "music": "natural sound only",
    "voice": "natural sound only", "distortion": "true proportions", "plastic": "natural materials",
    "cars": "an empty street", "traffic": "an empty street",
}  # fmt: skip
"""Words to avoid and the positive wish that says the same: models have no negative field."""

SOMEBODY = re.compile(
    r"\b(?:he|she|her|his|him|they|their|somebody|someone|persons?|people|m[ae]n|wom[ae]n|boys?|girls?|child(?:ren)?"
    r"|kids?|couple|crowd|friends?|models?|dancers?|hands?|fingers?|faces?|says?|voice)\b",
    re.IGNORECASE,
)
"""Words that may ask for a person. One too many does no harm: models make people unless they are told otherwise."""


def ordinal(number: int) -> str:
    """Return `first` for 1; far down the line, `number 16`."""
    return ORDINALS[number - 1] if number <= len(ORDINALS) else f"number {number}"


def instead_of(words: str) -> str:
    """Return the positive wish for something to avoid: “no people” becomes “an empty, quiet place”."""
    plain = words.strip(" .").lower().removeprefix("no ").removeprefix("any ")
    known = next((INSTEAD[word] for word in plain.split() if word in INSTEAD), "")
    return known or f"a picture free of {plain}"
