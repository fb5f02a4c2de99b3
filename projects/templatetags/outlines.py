"""Lines over a picture, as the paths of an SVG in the picture's own pixels."""

from __future__ import annotations

from django import template

from projects.actions.assets import Outline
from projects.models import Asset

register = template.Library()


@register.filter
def path(outline: Outline, asset: Asset) -> str:
    """Return the edge of a product as one SVG path."""
    return "".join(_closed(line, asset) for line in outline.lines)


def _closed(line: tuple[tuple[float, float], ...], asset: Asset) -> str:
    points = " ".join(f"{x * asset.width:.0f},{y * asset.height:.0f}" for x, y in line)
    return f"M{points}Z"
