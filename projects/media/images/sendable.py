"""A picture in the form that a provider takes: JPEG, and no larger than it looks at."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from projects.media.clips.frames import read
from projects.media.colour import rgb_from_yuv
from projects.media.faults import Corrupt
from projects.media.images.fitting import LONGEST
from projects.media.images.stills import load


def shrink(source: str, target: str) -> str:
    """Write a still as JPEG with 3072 pixels at most on its longer side; return where."""
    Image.fromarray(load(Path(source), LONGEST)).save(target, "JPEG", quality=92, subsampling=0)
    return target


def first_frame(source: str, target: str) -> str:
    """Write the first frame of a clip as JPEG; return where. Raises Corrupt for a clip without frames."""
    frame = next(read(Path(source)), None)
    if frame is None:
        raise Corrupt(at_seconds=0)
    Image.fromarray(rgb_from_yuv(frame)).save(target, "JPEG", quality=92, subsampling=0)
    return target
