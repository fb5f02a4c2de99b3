"""The pictures and clips that the emulator gives: real files, plainly marked, made of what they were asked from."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
from av.video.reformatter import Colorspace
from PIL import Image, ImageDraw, ImageFilter, ImageFont, UnidentifiedImageError

from projects.media.typography.fonts import FOLDER
from tests.emulator.facts import FRAMES_A_SECOND, Size

MARK = "EMULATED"
SHOWN_WORDS = 7
LARGEST_BASE = (1280, 1280)
KEPT_BASES = 48
# Sound: samples a second and a packet, packets until the tone comes round and until the encoder has settled.
RATE, FRAME, LOOP, SETTLED = 48_000, 1024, 16, 4
TONE = 113
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"\x1aE\xdf\xa3", "video/webm"),
)
BRANDS = {b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heif", b"avif": "image/avif"}


@dataclass(frozen=True, slots=True)
class Base:
    """A picture to start from; the key says which one it is."""

    key: str
    image: Image.Image = field(compare=False)


@dataclass(frozen=True, slots=True)
class Made:
    """A file, and the clean picture from which the next one of the chain starts."""

    data: bytes
    mime: str
    base: Base
    size: Size
    seconds: float = 0.0


_own: dict[str, Base] = {}


def sniff(data: bytes) -> str:
    """Return the mime of a file by its first bytes; empty when they say nothing."""
    for start, mime in MAGIC:
        if data.startswith(start):
            return mime
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp":
        return BRANDS.get(data[8:12]) or ("video/mov" if data[8:12] == b"qt  " else "video/mp4")
    return ""


def base_of(data: bytes) -> Base:
    """Return the picture of a still, or a clip's first frame. Raises ValueError when there is none.

    What the emulator made itself gives the clean picture below its marks.
    """
    key = hashlib.sha256(data).hexdigest()
    if key in _own:
        return _own[key]
    try:
        picture = _first_frame(data) if sniff(data).startswith("video/") else Image.open(io.BytesIO(data))
        picture = picture.convert("RGB")
    except (av.FFmpegError, UnidentifiedImageError, OSError) as error:
        raise ValueError("The media could not be decoded.") from error
    picture.thumbnail(LARGEST_BASE)
    return Base(key, picture)


def clip_facts(data: bytes) -> tuple[float, Size]:
    """Return seconds and size of a clip. Raises ValueError when it is none."""
    try:
        with av.open(io.BytesIO(data)) as container:
            stream = container.streams.video[0]
            return float((container.duration or 0) / av.time_base), (stream.width, stream.height)
    except (av.FFmpegError, IndexError) as error:
        raise ValueError("The media could not be decoded.") from error


def plain(words: str) -> Base:
    """Return a picture for words alone: a gradient whose colours they decide."""
    seed = hashlib.sha256(words.encode()).digest()
    ramp = np.linspace(0, 1, 360)[:, None, None]
    top, bottom = (np.frombuffer(seed[start : start + 3], np.uint8) / 2 + 40 for start in (0, 3))
    rows = np.repeat(top * (1 - ramp) + bottom * ramp, 640, axis=1)
    return Base(seed.hex(), Image.fromarray(rows.astype(np.uint8)))


def changed(base: Base, words: str) -> Base:
    """Return a picture with a tint that the words decide, so that a chain can be seen to go on."""
    seed = hashlib.sha256((base.key + words).encode()).digest()
    tint = Image.new("RGB", base.image.size, (seed[0], seed[1], seed[2]))
    return Base(seed.hex(), Image.blend(base.image, tint, 0.14))


@lru_cache(maxsize=64)
def still(base: Base, size: Size, mime: str, words: str) -> Made:
    """Return a marked still."""
    out = io.BytesIO()
    options = {"compress_level": 1} if mime == "image/png" else {"quality": 88}
    _marked(base, size, words).save(out, FORMATS[mime], **options)
    return _kept(Made(out.getvalue(), mime, base, size))


@lru_cache(maxsize=64)
def clip(base: Base, size: Size, seconds: float, words: str) -> Made:
    """Return a marked clip: H.264 and AAC, 24 frames a second, a bar that moves."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
            picture = container.add_stream("libx264", rate=FRAMES_A_SECOND)
            picture.width, picture.height, picture.pix_fmt = *size, "yuv420p"
            picture.options = {"preset": "ultrafast", "crf": "30"}
            picture.codec_context.colorspace = Colorspace.ITU709
            sound = container.add_stream("aac", rate=RATE, layout="stereo")
            _film(container, picture, _marked(base, size, words), seconds)
            _hum(container, sound, seconds)
        return _kept(Made(path.read_bytes(), "video/mp4", base, size, seconds))


def _kept(made: Made) -> Made:
    _own[hashlib.sha256(made.data).hexdigest()] = made.base
    if len(_own) > KEPT_BASES:
        _own.pop(next(iter(_own)), None)
    return made


def _film(
    container: av.container.OutputContainer, stream: av.VideoStream, picture: Image.Image, seconds: float
) -> None:
    """Encode one second, in which the bar goes across once, and repeat its packets: they have no B-frames."""
    second = list(_second(stream, picture))
    for number in range(round(seconds * FRAMES_A_SECOND)):
        packet = av.Packet(second[number % FRAMES_A_SECOND])
        packet.stream, packet.time_base = stream, Fraction(1, FRAMES_A_SECOND)
        packet.pts = packet.dts = number
        packet.is_keyframe = number % FRAMES_A_SECOND == 0
        container.mux_one(packet)


def _second(stream: av.VideoStream, picture: Image.Image) -> Iterator[bytes]:
    shown = av.VideoFrame.from_image(picture)
    planes = shown.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709).to_ndarray()
    height, width = picture.height, picture.width
    bar, low = max(8, width // 12), height - max(4, height // 40)
    for number in range(FRAMES_A_SECOND):
        start = (width - bar) * number // (FRAMES_A_SECOND - 1)
        planes[low:height] = 40
        planes[low:height, start : start + bar] = 235
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, FRAMES_A_SECOND)
        yield from map(bytes, stream.encode(frame))
    yield from map(bytes, stream.encode(None))


def _hum(container: av.container.OutputContainer, stream: av.AudioStream, seconds: float) -> None:
    """Encode a third of a second of a tone, and repeat its packets: the tone goes round in LOOP of them."""
    times = np.arange(FRAME * (LOOP + SETTLED)) / (FRAME * LOOP)
    wave = (0.05 * np.sin(2 * np.pi * TONE * times)).astype(np.float32)
    found: list[bytes] = []
    for start in range(0, len(wave), FRAME):
        piece = np.stack([wave[start : start + FRAME]] * 2)
        frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
        found += map(bytes, stream.encode(frame))
    for number in range(round(seconds * RATE / FRAME)):
        packet = av.Packet(found[SETTLED - 2 + number % LOOP])
        packet.stream, packet.time_base, packet.is_keyframe = stream, Fraction(1, RATE), True
        packet.pts = packet.dts = number * FRAME
        container.mux_one(packet)


def _marked(base: Base, size: Size, words: str) -> Image.Image:
    picture = _placed(base.image, size)
    draw = ImageDraw.Draw(picture, "RGBA")
    large = max(14, min(size) // 14)
    first = " ".join(words.split()[:SHOWN_WORDS])
    draw.rectangle((0, 0, size[0], large * 3), fill=(0, 0, 0, 150))
    draw.text(
        (large // 2, large // 3),
        MARK,
        (255, 214, 0),
        ImageFont.truetype(FOLDER / "Inter-SemiBold.otf", large),
    )
    small = ImageFont.truetype(FOLDER / "Inter-Medium.otf", large * 2 // 3)
    draw.text((large // 2, large * 5 // 3), first, (255, 255, 255), small)
    return picture


def _placed(picture: Image.Image, size: Size) -> Image.Image:
    """Return the picture whole, before a blurred copy that fills the frame."""
    back = _covering(picture, (max(1, size[0] // 8), max(1, size[1] // 8)))
    back = back.filter(ImageFilter.GaussianBlur(4)).resize(size, Image.Resampling.BILINEAR)
    scale = min(size[0] / picture.width, size[1] / picture.height)
    inner = picture.resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale))))
    back.paste(inner, ((size[0] - inner.width) // 2, (size[1] - inner.height) // 2))
    return back


def _covering(picture: Image.Image, size: Size) -> Image.Image:
    scale = max(size[0] / picture.width, size[1] / picture.height)
    wide = picture.resize(
        (max(size[0], round(picture.width * scale)), max(size[1], round(picture.height * scale)))
    )
    left, top = (wide.width - size[0]) // 2, (wide.height - size[1]) // 2
    return wide.crop((left, top, left + size[0], top + size[1]))


def _first_frame(data: bytes) -> Image.Image:
    with av.open(io.BytesIO(data)) as container:
        for frame in container.decode(video=0):
            picture: Image.Image = frame.to_image()
            return picture
    raise OSError("It holds no frame.")
