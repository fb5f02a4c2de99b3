"""A clip in another light: the gains of a still as planes, so that a frame takes a table and a product."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from projects.media.arrays import Alpha, Float, Plane, Size, lookup, resize
from projects.media.colour import CODE, KB, KG, KR, LINEAR, TO_YUV, Yuv
from projects.media.light.lighting import Lighting, contrasted, lighting, rolled
from projects.media.light.presets import Side


def relit(
    frames: Iterator[Yuv],
    size: Size,
    look: str,
    side: Side = "as-is",
    strength: int = 2,
    alpha: Alpha | None = None,
) -> Iterator[Yuv]:
    """Yield each frame of a clip in another light; the light stands still, whatever moves.

    size: of the frames. alpha: only for a product that does not move either. Raises Refused.
    """
    light = _ClipLight.of(lighting(size, alpha, look, side, strength))
    for frame in frames:
        yield light.on(frame)


@dataclass(frozen=True, slots=True)
class _ClipLight:
    """A lighting as planes: luma by gain and tables, chroma by its own gain and a cast that grows with luma."""

    luma: Float
    gain: Float
    add: Float
    chroma: Float
    cast_u: Float
    cast_v: Float

    @classmethod
    def of(cls, made: Lighting) -> _ClipLight:
        weights = np.array([KR, KG, KB], np.float32)
        gain, add = made.gain @ weights, made.add @ weights
        height, width = gain.shape
        half = (width // 2, height // 2)
        # On a grey of medium light the gains leave a cast; chroma is stored in code, whence the root.
        grey = np.full((1, 1, 1), 0.18, np.float32)
        codes = np.clip(contrasted(grey, made.contrast) * made.gain + made.add, 0, None) ** np.float32(
            1 / 2.2
        )
        luma = np.maximum(codes @ weights, 1e-4)[..., None]
        cast_u, cast_v = ((codes / luma) @ (TO_YUV[row, :3] * np.float32(255 / 219)) for row in (1, 2))
        return cls(
            contrasted(LUMA_TO_LIGHT, made.contrast),
            gain,
            add,
            resize(gain ** np.float32(1 / 2.2), half, "area"),
            resize(cast_u, half, "area"),
            resize(cast_v, half, "area"),
        )

    def on(self, frame: Yuv) -> Yuv:
        """Return the frame in this light."""
        light = rolled(lookup(frame.y, self.luma) * self.gain + self.add)
        y = LIGHT_TO_LUMA[np.asarray(np.clip(light, 0, 1) * np.float32(4095), np.uint16)]
        under = resize(y, (y.shape[1] // 2, y.shape[0] // 2), "area").astype(np.float32) - 16
        u, v = (
            _codes((plane.astype(np.float32) - 128) * self.chroma + cast * under + 128)
            for plane, cast in ((frame.u, self.cast_u), (frame.v, self.cast_v))
        )
        return Yuv(y, u, v)


def _codes(plane: Float) -> Plane:
    return np.asarray(np.clip(np.rint(plane), 16, 240), np.uint8)


def _luma_tables() -> tuple[Float, Plane]:
    """Return linear light of each luma code, and the luma code of 4,096 steps of light."""
    full = np.clip((np.arange(256, dtype=np.float32) - 16) * 255 / 219, 0, 255)
    light = LINEAR[np.rint(full).astype(np.uint8)]
    code = CODE[(np.arange(4096) * 65535 // 4095).astype(np.uint16)].astype(np.float32)
    return light, np.rint(16 + code * 219 / 255).astype(np.uint8)


LUMA_TO_LIGHT, LIGHT_TO_LUMA = _luma_tables()
