"""Small drawings that show a choice: camera moves, formats. A choice without a drawing shows its word alone."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from projects.catalogue.base import Option

register = template.Library()

WIDTH, HEIGHT = 48, 30
FORMAT_SIDE = 14
"""The longer side of a drawn format, in the 16 units of an icon."""


@cache
def drawings() -> dict[str, str]:
    """Return each drawing's shapes, as SVG markup of ours, by its name."""
    found: dict[str, str] = json.loads(Path(__file__).with_suffix(".json").read_text())
    return found


@register.simple_tag
def drawing(option: Option) -> SafeString:
    """Return the drawing of a choice as SVG, or nothing."""
    if option.picture == "ratio":
        return _format(option.value)
    if option.picture not in drawings():
        return SafeString("")
    shapes = SafeString(drawings()[option.picture])
    return format_html(
        '<svg class="d" viewBox="0 0 {} {}" aria-hidden="true" focusable="false">{}</svg>',
        WIDTH,
        HEIGHT,
        shapes,
    )


def _format(name: str) -> SafeString:
    across, _, down = name.partition(":")
    scale = FORMAT_SIDE / max(int(across), int(down))
    width, height = int(across) * scale, int(down) * scale
    return format_html(
        '<svg class="i" viewBox="0 0 16 16" aria-hidden="true" focusable="false">'
        '<rect x="{}" y="{}" width="{}" height="{}" rx="1.5"/></svg>',
        f"{8 - width / 2:.1f}", f"{8 - height / 2:.1f}", f"{width:.1f}", f"{height:.1f}",
    )  # fmt: skip


@register.filter
def swatch(option: Option) -> str:
    """Return the class that paints a choice's swatch."""
    return f"sw-{option.picture or 'plain'}"
