"""Why a cut-out is not to be trusted: one plain sentence with the way on, or nothing when it is."""

from __future__ import annotations

import numpy as np

from projects.media.cutout.morphology import Mask, parts
from projects.media.cutout.scoring import IN_CALM_BOX, Choice, Judge, touching

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

PLAIN_SCORE, PLAIN_AGREE = 0.78, 0.70
"""Least score on a plain backdrop, least agreement of the three nearest other ideas."""
SCENE_SCORE, SCENE_AGREE, LEFT = 0.86, 0.90, 0.04
"""The same in a scene; and the most, as a share of the mask, that may adjoin it and be no backdrop either."""
CALM_BOX_SCORE, BUSY_BOX_SCORE, BOX_AGREE = 1.25, 1.06, 0.95
"""The same with a box: in trials on known masks what passed overlapped the truth by .97 at least."""


def doubt(choice: Choice, judge: Judge, plain: bool, drawn: bool) -> str:
    """Return why not to trust a choice, empty if nothing speaks against it.

    `drawn` says that strokes were drawn, so a person has seen the outline: then only an empty mask is doubted.
    """
    mask = choice.best.mask
    if not mask.any():
        return EMPTY
    if drawn:
        return ""
    return _limit(mask) or ("" if _trusted(choice, judge, plain) else _reason(mask, judge))


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


def _trusted(choice: Choice, judge: Judge, plain: bool) -> bool:
    score, agree = choice.best.score, choice.agree
    if plain:
        return score >= PLAIN_SCORE and agree >= PLAIN_AGREE
    if judge.box is not None:
        least = CALM_BOX_SCORE if judge.weights is IN_CALM_BOX else BUSY_BOX_SCORE
        return score >= least and agree >= BOX_AGREE
    return score >= SCENE_SCORE and agree >= SCENE_AGREE and judge.rest(choice.best.mask) < LEFT


def _reason(mask: Mask, judge: Judge) -> str:
    if judge.box is not None:
        return STILL
    return SAME_COLOUR if judge.separation(mask) < 0.75 else MANY_OUTLINES


def _like_parts(mask: Mask) -> bool:
    """Return whether a second part is at least .4 of the biggest."""
    _, _, areas = parts(mask)
    sizes = np.sort(areas[1:])
    return len(sizes) > 1 and bool(sizes[-2] >= 0.4 * sizes[-1])
