"""The outline of a product as lines over its photo, so that a person can see what the studio takes for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np

from projects.media.arrays import Alpha, Box
from projects.media.cutout.segmentation import cut_out
from projects.media.cutout.strokes import Stroke
from projects.media.images.stills import load

LONGEST = 1280
"""Longer side in pixels at which the product is looked for: what a stage shows."""
SMALLEST = 0.0004
"""Patches and holes below this share of the picture are not drawn."""
SMOOTH = 0.0008
"""How far a drawn line may lie from the true one, as a share of the longer side."""


def find(path: str, box: Box | None, strokes: list[Stroke]) -> dict[str, Any]:
    """Return the edge of the product in a still.

    box: in shares of the picture. strokes: to keep and to leave out. Returns lines: closed lines of [x, y] in
    shares, outer ones and holes · sure: whether it is to be trusted · why: the sentence where it is not.
    Raises Refused for a box or strokes that nobody can read.
    """
    keep = [stroke for stroke in strokes if stroke["keep"]]
    drop = [stroke for stroke in strokes if not stroke["keep"]]
    cut = cut_out(load(Path(path), longest=LONGEST), box, keep or None, drop or None)
    return {"lines": lines_of(cut.alpha), "sure": cut.sure, "why": cut.why}


def lines_of(alpha: Alpha) -> list[list[list[float]]]:
    """Return the closed lines around what is more than half opaque, in shares of the picture."""
    height, width = alpha.shape
    solid = np.pad((alpha > 127).astype(np.uint8), 1)
    found, _ = cv2.findContours(solid, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    large = [line for line in found if cv2.contourArea(line) >= SMALLEST * width * height]
    smooth = [cv2.approxPolyDP(line, SMOOTH * max(width, height), closed=True) for line in large]
    return [_shares(cast("Any", line), width, height) for line in smooth if len(line) > 2]


def _shares(line: Any, width: int, height: int) -> list[list[float]]:
    points = (line.reshape(-1, 2) - 0.5).clip(0) / (width, height)
    return [[round(min(x, 1.0), 4), round(min(y, 1.0), 4)] for x, y in points.tolist()]
