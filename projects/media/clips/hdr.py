"""High dynamic range to the ordinary kind: HLG and PQ in BT.2020 become sRGB, highlights rolled off."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
from av.filter import Graph
from av.video.reformatter import ColorRange, Colorspace, ColorTrc, Interpolation, VideoReformatter

from projects.media.arrays import Float, Size
from projects.media.colour import from_linear

# ITU-R BT.2408: diffuse white of HDR material in cd/m2; it becomes SDR white but for the shoulder.
WHITE = 203.0
STEPS = 33
THREADS = 2
KNEE = 0.7
# ITU-R BT.2087: linear BT.2020 to linear BT.709.
TO_709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32
)
# ITU-R BT.2020: the weights of the primaries in luminance.
LUMINANCE = np.array([0.2627, 0.6780, 0.0593], np.float32)


def hlg_light(code: Float) -> Float:
    """Return display light, 1 = diffuse white, of HLG codes (..., 3) on a display of 1000 cd/m2.

    Source: ITU-R BT.2100, table 5 (inverse OETF, OOTF with gamma 1.2).
    """
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)
    luminance = np.maximum(scene @ LUMINANCE, 1e-6)[..., None]
    return np.asarray(1000 / WHITE * luminance**0.2 * scene, np.float32)


def pq_light(code: Float) -> Float:
    """Return display light, 1 = diffuse white, of PQ codes. Source: ITU-R BT.2100, table 4 (EOTF)."""
    m1, m2 = 2610 / 16384, 2523 / 4096 * 128
    c1, c2, c3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    power = code ** (1 / m2)
    light = (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)
    return np.asarray(10000 / WHITE * light, np.float32)


LIGHTS: dict[int, Callable[[Float], Float]] = {ColorTrc.ARIB_STD_B67: hlg_light, ColorTrc.SMPTE2084: pq_light}


def shoulder(light: Float) -> Float:
    """Return BT.709 light within 0 to 1: untouched below the knee, an exponential roll-off above it.

    The brightest channel decides and the others follow, so that highlights keep their hue.
    """
    peak = np.maximum(light.max(axis=-1, keepdims=True), 1e-6)
    rolled = KNEE + (1 - KNEE) * (1 - np.exp(-(peak - KNEE) / (1 - KNEE)))
    return np.asarray(np.clip(light * np.where(peak > KNEE, rolled / peak, 1), 0, 1), np.float32)


def cube(transfer: int) -> Float:
    """Return sRGB codes 0..1 of a grid of BT.2020 codes, (33, 33, 33, 3), blue slowest."""
    axis = np.linspace(0, 1, STEPS, dtype=np.float32)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    light = LIGHTS[transfer](np.stack([red, green, blue], axis=-1))
    codes = from_linear(shoulder(np.asarray(light @ TO_709.T, np.float32)))
    return np.asarray(codes / 255, np.float32)


class ToneMap:
    """Turns HDR frames into SDR ones by a table that is interpolated between its grid points."""

    def __init__(self, transfer: int) -> None:
        """transfer: ARIB_STD_B67 (HLG) or SMPTE2084 (PQ)."""
        self._cube = cube(transfer)
        self._graph: Graph | None = None
        self._into, self._out_of = VideoReformatter(), VideoReformatter()

    def __call__(self, frame: av.VideoFrame, size: Size) -> av.VideoFrame:
        """Return the frame as yuv420p BT.709 limited of that size."""
        wide = self._into.reformat(
            frame,
            *size,
            format="gbrp10le",
            src_colorspace=Colorspace.BT2020,
            interpolation=Interpolation.BICUBIC,
            threads=THREADS,
        )
        self._graph = self._graph or self._filters(wide)
        self._graph.vpush(wide)
        return self._out_of.reformat(
            self._graph.vpull(),
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            threads=THREADS,
        )

    def _filters(self, frame: av.VideoFrame) -> Graph:
        graph = Graph()
        graph.threads = THREADS
        source = graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 1000)
        )
        with TemporaryDirectory() as folder:
            table = Path(folder, "tone.cube")
            rows = "\n".join("{:.5f} {:.5f} {:.5f}".format(*row) for row in self._cube.reshape(-1, 3))
            table.write_text(f"LUT_3D_SIZE {STEPS}\n{rows}\n")
            graph.link_nodes(
                source, graph.add("lut3d", f"{table}:interp=tetrahedral"), graph.add("buffersink")
            ).configure()
        return graph
