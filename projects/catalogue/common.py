"""Controls that several tasks share: how a clip is filmed and cut, how a product is found, and what all have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from projects.catalogue.base import Column, Control, Json, Option, options
from projects.exports import FORMATS, TIERS

CAMERA = Control(
    name="camera",
    label="Camera move",
    default="push-in",
    look="tiles",
    options=options("Push in", "Pull out", "Orbit", "Slide", "Tilt", "Crane", "Handheld", "Locked"),
)
SPEED = Control(
    name="speed",
    label="Speed of the move",
    default="normal",
    options=options("Slow", "Normal", "Fast"),
    advanced=True,
)
FORMAT = Control(
    name="format",
    label="Format",
    default="16:9",
    options=tuple(Option(form, form, "ratio") for form in FORMATS),
)
SECONDS = Control(name="seconds", label="Seconds", kind="number", default=5, least=2, most=60)
TIER = Control(
    name="tier",
    label="Size",
    default="standard",
    options=tuple(Option(tier, f"{tier.capitalize()}, {size}") for tier, size in TIERS.items()),
)
SOUND = Control(
    name="sound", label="Sound", kind="text", advanced=True, hint="Music and effects. A draft is silent."
)
DIALOGUE = Control(
    name="dialogue", label="Dialogue", kind="lines", advanced=True, hint="One line each. A draft is silent."
)
SCREEN_TEXT = Control(
    name="screen_text",
    label="Words on screen",
    kind="text",
    hint="Exactly as they should read. Left empty: none.",
)
SHOTS = Control(
    name="shots",
    label="Timed shots",
    kind="rows",
    advanced=True,
    default=(),
    columns=(
        Column("start", "From", "time"),
        Column("end", "To", "time"),
        Column("action", "What happens"),
        Column("words", "Words on screen"),
    ),
    hint="Left empty: one continuous shot.",
)
SEED = Control(
    name="seed",
    label="Seed",
    kind="number",
    default=0,
    least=0,
    most=2**31 - 1,
    advanced=True,
    hint="The same seed gives the same frames.",
)
INSTRUCTIONS = Control(
    name="instructions",
    label="More instructions",
    kind="text",
    advanced=True,
    hint="Added to the prompt word for word.",
)
THINKING = Control(
    name="thinking",
    label="Thinking",
    default="usual",
    options=(Option("usual", "As usual"), Option("minimal", "Quick"), Option("high", "Thorough")),
    advanced=True,
    hint="How long a paid model plans before it draws.",
)
CUTOUT = (
    Control(
        name="cutout",
        label="Product edge",
        default="auto",
        options=(
            Option("auto", "Find the product"),
            Option("accept", "Use the edge shown"),
            Option("whole", "Use the whole photo"),
        ),
        hint="When the edge is not sure, the whole photo is used and the page says so.",
    ),
    Control(
        name="box",
        label="Box around the product",
        kind="box",
        default=None,
        hint="Left, top, width and height in per cent of the picture.",
    ),
    Control(
        name="strokes",
        label="Brush",
        kind="strokes",
        default=(),
        hint="Paint what to keep and what to leave out.",
    ),
)
VIDEO = (FORMAT, SECONDS, TIER, SCREEN_TEXT, SPEED, SHOTS, SOUND, DIALOGUE)
COMMON = (SEED, INSTRUCTIONS)


def stills(takes: int, shown_when: tuple[str, tuple[str, ...]]) -> tuple[Control, ...]:
    """Return the controls of stills that are made before a clip: how many, and whether a person picks one."""
    return (
        Control(
            name="takes",
            label="Stills to pick from",
            kind="number",
            default=takes,
            least=1,
            most=8,
            shown_when=shown_when,
        ),
        Control(
            name="stop",
            label="When the stills are there",
            default="pick",
            options=(Option("pick", "Let me pick"), Option("run", "Go on with the first")),
            hint="A draft always goes on with the first.",
            shown_when=shown_when,
        ),
    )


def cutout_help(controls: Mapping[str, Any]) -> Json:
    """Return what a person said about the product's edge, for `Wish.extra`."""
    return {name: controls[name] for name in ("cutout", "box", "strokes")}
