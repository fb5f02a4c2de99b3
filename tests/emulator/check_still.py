"""Sizes, ratios and references of a still, read strictly."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.emulator import facts
from tests.emulator.ask import Ask, Given, base
from tests.emulator.refusals import Refused

if TYPE_CHECKING:
    from tests.emulator.interactions import Interaction


def still(wanted: Ask, asked: dict[str, Any], parent: Interaction | None) -> Ask:
    """Return a request for a still with its pixels. Raises Refused."""
    pictures, model = wanted.of("image"), wanted.model
    if wanted.of("video") and "flash" not in model.id:
        raise Refused(f"Video input is not supported by {model.id}.")
    if asked.get("mime_type", "image/jpeg") != "image/jpeg":
        raise Refused(f"Unsupported mime_type: {asked['mime_type']}")
    size, ratio = image_size(model, asked.get("image_size", ""), asked.get("aspect_ratio", ""), len(pictures))
    if not ratio:
        ratio = parent.ask.ratio if parent else own_ratio(pictures, model)
    return replace(wanted, size=size, ratio=ratio, pixels=facts.image_pixels(size, ratio))


def image_size(
    model: Any, size: str, ratio: str, pictures: int, form: str = "interactions"
) -> tuple[str, str]:
    """Return a still's size and ratio (empty for the input's own). Raises Refused where the model has none such."""
    size = size or "1K"
    if size not in model.tokens:
        raise Refused(f"Image size {size} is not supported by {model.id}.", form=form)
    if ratio and ratio not in model.ratios:
        raise Refused(f"Aspect ratio {ratio} is not supported by {model.id}.", form=form)
    if pictures > model.references:
        raise Refused(f"{model.id} takes at most {model.references} images.", form=form)
    return size, ratio


def own_ratio(pictures: list[Given], model: Any) -> str:
    """Return the ratio nearest to the first picture's, else square."""
    if not pictures:
        return "1:1"
    return facts.nearest_ratio(*base(pictures[0]).image.size, model.ratios)
