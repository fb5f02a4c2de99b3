"""How finished files are encoded: x264's settings of each quality, and what every stream says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import av
import cv2
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from projects.media.arrays import Size

Quality = Literal["draft", "master"]

# Bit-exact leaves the encoder's version out of the file, so that the same frames give the same bytes.
CONTAINER = {"movflags": "+faststart", "fflags": "+bitexact"}

# x264's AVX-512 code for the macroblock tree reads past the end of its rows: one small clip in four came out with
# other bytes. Its AVX2 code does not, and is as fast. OpenCV counts the feature but does not export its name.
AVX_512F = 13
STEADY = {"x264-params": "asm=AVX2"} if cv2.checkHardwareSupport(AVX_512F) else {}


@dataclass(frozen=True, slots=True)
class Setting:
    """How a quality is encoded: x264's preset and rate factor, seconds between key frames, further options."""

    preset: str
    crf: int
    key_seconds: Fraction
    options: tuple[tuple[str, str], ...] = ()


# Measured: superfast writes six times the bytes for the same time; fast 18 is where grain starts to survive. Five
# frames of foresight instead of ten save 33 MB of memory at 1080p and cost a draft .8 dB at 46 dB.
SETTINGS: dict[Quality, Setting] = {
    "draft": Setting("veryfast", 20, Fraction(1), (("rc-lookahead", "5"),)),
    "master": Setting("fast", 18, Fraction(2), (("maxrate", "12M"), ("bufsize", "24M"))),
}


def add_video_stream(
    container: av.container.OutputContainer,
    size: Size,
    rate: Fraction,
    setting: Setting,
    key_seconds: Fraction | None,
) -> av.VideoStream:
    """Return a new stream of the container, ready for frames of yuv420p BT.709. size: even pixels."""
    stream = container.add_stream("libx264", rate=rate)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    stream.time_base = 1 / rate
    context = stream.codec_context
    context.thread_count = 2
    context.gop_size = max(1, round((key_seconds or setting.key_seconds) * rate))
    context.color_range = ColorRange.MPEG
    context.colorspace = Colorspace.ITU709
    context.color_primaries = ColorPrimaries.BT709
    context.color_trc = ColorTrc.BT709
    context.options = {
        "preset": setting.preset,
        "crf": str(setting.crf),
        "profile": "high",
        "forced-idr": "1",
        **dict(setting.options),
        **STEADY,
    }
    return stream
