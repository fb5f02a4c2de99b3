"""Seconds, sizes, ratios, references and sources of a clip, read strictly."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.emulator import facts, media, refusals
from tests.emulator.ask import Ask, Given
from tests.emulator.refusals import Refused

if TYPE_CHECKING:
    from tests.emulator.interactions import Interaction

SECONDS = re.compile(r"(\d+)s")
# Least and most pictures, least and most clips; None stands for the model's number of references.
NEEDS: dict[str, tuple[int, int | None, int, int]] = {
    "text_to_video": (0, 0, 0, 0),
    "image_to_video": (1, 2, 0, 0),
    "reference_to_video": (0, None, 0, 3),
    "edit": (0, None, 0, 1),
    "extend": (0, 0, 0, 1),
    "": (0, None, 0, 3),
}


def clip(wanted: Ask, asked: dict[str, Any], parent: Interaction | None) -> Ask:
    """Return a request for a clip with its seconds and pixels. Raises Refused."""
    size = asked.get("resolution", "")
    if size and size not in facts.VIDEO_SIZES:
        raise Refused(f"Resolution {size} is not supported by {wanted.model.id}.")
    if asked.get("aspect_ratio", "16:9") not in facts.VIDEO_RATIOS:
        raise Refused(f"Aspect ratio {asked['aspect_ratio']} is not supported by {wanted.model.id}.")
    _counted(wanted, parent)
    if wanted.task == "extend":
        return _extended(wanted, asked, parent)
    if wanted.task == "edit" or (not wanted.task and (parent or len(wanted.of("video")) == 1)):
        return _edited(wanted, asked, parent)
    seconds = _seconds(asked, wanted.model.seconds) or facts.DEFAULT_SECONDS
    size, ratio = size or "720p", asked.get("aspect_ratio", "16:9")
    return replace(wanted, size=size, ratio=ratio, seconds=seconds, pixels=facts.video_pixels(size, ratio))


def _counted(wanted: Ask, parent: Interaction | None) -> None:
    least, most, _, clips = NEEDS[wanted.task]
    pictures, found = len(wanted.of("image")), len(wanted.of("video"))
    most = wanted.model.references if most is None else most
    if not least <= pictures <= most or found > clips:
        raise Refused(
            f"Task {wanted.task or 'none'} of {wanted.model.id} takes {least} to {most} images and up to {clips} "
            f"videos, not {pictures} and {found}."
        )
    if wanted.task == "reference_to_video" and not wanted.given:
        raise Refused("Task reference_to_video needs a reference.")
    if parent and wanted.task == "edit":
        raise Refused("Task cannot be set when previous_interaction_id is: leave it out to edit.")
    if wanted.task in {"edit", "extend"} and (found == 1) == (parent is not None):
        raise Refused(f"Task {wanted.task} needs exactly one video: given, or of a previous interaction.")


def _edited(wanted: Ask, asked: dict[str, Any], parent: Interaction | None) -> Ask:
    if "duration" in asked:
        raise Refused(refusals.DURATION)
    if "aspect_ratio" in asked:
        raise Refused(refusals.RATIO)
    if parent:
        size, ratio = asked.get("resolution") or parent.ask.size, parent.ask.ratio
        return replace(
            wanted, size=size, ratio=ratio, seconds=parent.ask.seconds, pixels=facts.video_pixels(size, ratio)
        )
    seconds, pixels = source(wanted.of("video")[0], wanted.model)
    ratio = "16:9" if pixels[0] >= pixels[1] else "9:16"
    pixels = (pixels[0] // 2 * 2, pixels[1] // 2 * 2)
    return replace(wanted, size=asked.get("resolution", "720p"), ratio=ratio, seconds=seconds, pixels=pixels)


def _extended(wanted: Ask, asked: dict[str, Any], parent: Interaction | None) -> Ask:
    added = _seconds(asked, facts.EXTENSION_SECONDS) or facts.DEFAULT_SECONDS
    if parent:
        before, size, ratio = parent.ask.seconds, asked.get("resolution") or parent.ask.size, parent.ask.ratio
    else:
        before, (width, height) = source(wanted.of("video")[0], wanted.model)
        size, ratio = asked.get("resolution", "720p"), "16:9" if width >= height else "9:16"
    total = before + added
    if total > wanted.model.longest:
        raise Refused(f"The extended video would be {total:g} s; {wanted.model.longest} s is the maximum.")
    return replace(
        wanted, size=size, ratio=ratio, seconds=total, added=added, pixels=facts.video_pixels(size, ratio)
    )


def source(given: Given, model: Any) -> tuple[float, facts.Size]:
    """Return seconds and pixels of a clip to be edited. Raises Refused when the model does not take its length."""
    if not given.data:
        return 5.0, facts.video_pixels("720p", "16:9")
    seconds, pixels = length(given)
    least, most = model.source_seconds
    if not least - 0.1 <= seconds <= most + 0.1:
        raise Refused(f"The input video is {seconds:.1f} s; {model.id} takes {least:g} to {most:g} s.")
    return seconds, pixels


def length(given: Given) -> tuple[float, facts.Size]:
    """Return seconds and pixels of a clip. Raises Refused when it cannot be opened."""
    try:
        return media.clip_facts(given.data)
    except ValueError as error:
        raise Refused(str(error)) from None


def _seconds(asked: dict[str, Any], limits: tuple[int, int]) -> int:
    if "duration" not in asked:
        return 0
    found = SECONDS.fullmatch(asked["duration"])
    if not found:
        raise Refused(f"Invalid duration {asked['duration']!r}: whole seconds such as '5s' are expected.")
    seconds = int(found[1])
    if not limits[0] <= seconds <= limits[1]:
        raise Refused(f"Duration {seconds}s is not supported: {limits[0]}s to {limits[1]}s.")
    return seconds
