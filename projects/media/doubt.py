"""Why a cut-out is not to be trusted: one plain sentence with the way on, or nothing when it is."""

from __future__ import annotations

import numpy as np

from projects.media.shapes import Mask, parts
from projects.media.verdict import Choice, Judge, touching

EMPTY = "Nothing stands out from the background. Draw a box around the product, or use the photo as it is."
SMALL = "What stands out is very small. Draw a box around the product, or use the photo as it is."
LARGE = "The product fills nearly the whole picture. Use the photo as it is, or brush over what to keep."
CUT_OFF = "The product runs out of the picture. Draw a box around the part to cut, or use the photo as it is."
SEVERAL = "There are several things of about the same size. Draw a box around the one you mean."
SAME_COLOUR = (
    "The product and the background are nearly the same colour. "
    "Draw a box around the product, or use the photo as it is."
)
MANY_OUTLINES = (
    "It is not clear where the product ends and the background begins. "
    "Check the outline, draw a box around the product, or use the photo as it is."
)
STILL = "The outline may still be wrong. Check it, or brush over what to keep and what to remove."

PLAIN_SCORE, SCENE_SCORE, AGREE = 0.78, 0.86, 0.70
"""Least score on a plain backdrop and in a scene, least agreement of the three nearest other ideas."""
BOX_SCORE = 1.2
"""The same with a box, whose fit adds up to .5 to a score."""
CLOSE_AGREE, RIVAL = 0.90, 0.60
"""In a scene: agreement at which a larger rival is disregarded, and the rival's score that matters below it."""


def doubt(choice: Choice, judge: Judge, plain: bool, drawn: bool) -> str:
    """Return why not to trust a choice, empty if nothing speaks against it.

    `drawn` says that strokes were drawn, so a person has seen the outline: then only an empty mask is doubted.
    """
    mask = choice.best.mask
    if not mask.any():
        return EMPTY
    if drawn:
        return ""
    limit = _limit(mask)
    if limit:
        return limit
    if judge.box is not None:
        return "" if choice.best.score >= BOX_SCORE and choice.agree >= AGREE else STILL
    if _trusted(choice, plain):
        return ""
    return SAME_COLOUR if judge.separation(mask) < 0.75 else MANY_OUTLINES


def _limit(mask: Mask) -> str:
    """Return what no score makes up for."""
    area = float(mask.mean())
    found = (
        (area < 0.03, SMALL),
        (area > 0.75, LARGE),
        (touching(mask) > 0.25, CUT_OFF),
        (_like_parts(mask), SEVERAL),
    )
    return next((sentence for holds, sentence in found if holds), "")


def _trusted(choice: Choice, plain: bool) -> bool:
    if choice.agree < AGREE:
        return False
    if plain:
        return choice.best.score >= PLAIN_SCORE
    clear = choice.agree >= CLOSE_AGREE or choice.larger < RIVAL
    return choice.best.score >= SCENE_SCORE and clear


def _like_parts(mask: Mask) -> bool:
    """Return whether a second part is at least .4 of the biggest."""
    _, _, areas = parts(mask)
    sizes = np.sort(areas[1:])
    return len(sizes) > 1 and bool(sizes[-2] >= 0.4 * sizes[-1])
