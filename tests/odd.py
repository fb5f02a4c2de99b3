"""Files that are unusual but valid, each with the facts that its clean copy must have."""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pillow_heif
from PIL import Image

from tests.making import Rgb, clip, gif_bytes, picture, png_of, quarters, write
from tests.profiles import wide_gamut_profile

pillow_heif.register_heif_opener()

ORIENTATION, GPS_BLOCK, DESCRIPTION, MAKER = 0x0112, 0x8825, 0x010E, 0x010F
SECRETS = (b"SECRET-PLACE", b"SECRET-MAKER", b"SECRET-COMMENT", b"SECRET-XMP", b"SECRET-TITLE")
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>SECRET-XMP</x:xmpmeta>"

# What turns an upright picture into the stored one of each EXIF orientation.
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def exif(orientation: int = 1) -> Image.Exif:
    """Return EXIF with an orientation, a maker, a description and a place."""
    tags = Image.Exif()
    tags[ORIENTATION], tags[MAKER], tags[DESCRIPTION] = orientation, "SECRET-MAKER", "SECRET-PLACE"
    tags.get_ifd(GPS_BLOCK).update({1: "N", 2: (48.0, 51.0, 29.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    return tags


def turned(path: Path, orientation: int, form: str = "JPEG", rgb: Rgb | None = None) -> Path:
    """Write a picture that is stored turned and says so, with GPS, comment and XMP beside its pixels."""
    image = Image.fromarray(quarters() if rgb is None else rgb)
    turn = STORED[orientation]
    stored = image if turn is None else image.transpose(turn)
    more: dict[str, Any] = {"JPEG": {"comment": b"SECRET-COMMENT", "quality": 95, "xmp": XMP}}.get(form, {})
    # pillow-heif turns the picture in the file itself, but only when it is given the bytes.
    tags = exif(orientation)
    stored.save(path, form, exif=tags.tobytes() if form == "HEIF" else tags, **more)
    return path


def deep_png(path: Path, *, colour: int = 2) -> Path:
    """Write a 16-bit PNG of a ramp from black to white; colour 0 is grey, 2 RGB."""
    ramp = np.linspace(0, 65535, 256).astype(">u2")
    row = b"\0" + (ramp if colour == 0 else np.repeat(ramp, 3)).tobytes()
    return write(path.parent, path.name, png_of(256, 64, depth=16, colour=colour, rows=row * 64))


def cmyk(path: Path, profile: bytes | None = None) -> Path:
    """Write a CMYK JPEG of the quarters."""
    Image.fromarray(quarters()).convert("CMYK").save(path, "JPEG", quality=95, icc_profile=profile)
    return path


def secret_clip(path: Path) -> Path:
    """Write a clip with a title, a place and a handler's name."""
    plain = clip(path.with_suffix(".plain"), sound=True)
    with av.open(str(plain), format="mov") as source, av.open(str(path), "w", format="mov") as output:
        output.metadata.update(
            {"title": "SECRET-TITLE", "comment": "SECRET-COMMENT", "location": "SECRET-PLACE"}
        )
        copies = {stream.index: output.add_stream_from_template(stream) for stream in source.streams}
        for copy in copies.values():
            copy.metadata["handler_name"] = "SECRET-MAKER"
        for packet in source.demux():
            if packet.pts is not None:
                packet.stream = copies[packet.stream_index]
                output.mux_one(packet)
    return path


def edit_list(path: Path) -> Path:
    """Write a clip of 60 frames whose edit list hides the first 24: they are needed to decode the others."""
    plain = clip(path.with_suffix(".plain"), frames=60)
    with av.open(str(plain), format="mov") as source, av.open(str(path), "w", format="mp4") as output:
        stream = source.streams.video[0]
        copy = output.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.pts is None or packet.dts is None:
                continue
            shift = round(1 / packet.time_base)
            packet.pts, packet.dts, packet.stream = packet.pts - shift, packet.dts - shift, copy
            output.mux_one(packet)
    return path


def shared_time(path: Path) -> Path:
    """Write an MKV two of whose frames have the same time, as recorders of screens do."""
    plain = clip(path.with_suffix(".plain"), tags={"max_b_frames": 0})
    with av.open(str(plain), format="mov") as source, av.open(str(path), "w", format="matroska") as output:
        stream = source.streams.video[0]
        copy = output.add_stream_from_template(stream)
        packets = [packet for packet in source.demux(stream) if packet.pts is not None]
        for before, packet in pairwise(packets):
            if packet is packets[10]:
                packet.pts = packet.dts = (before.pts or 0) + 1
        for packet in packets:
            packet.stream = copy
            output.mux_one(packet)
    return path


def sideways_pixels(path: Path) -> Path:
    """Write a clip of 96 x 64 whose pixels are twice as wide as high."""
    return clip(path, tags={"sample_aspect_ratio": Fraction(2)})


def sound_file(path: Path, codec: str, form: str, seconds: float = 1.0) -> Path:
    """Write a tone with a title."""
    with av.open(str(path), "w", format=form) as output:
        output.metadata["title"] = "SECRET-TITLE"
        stream = output.add_stream(codec, rate=48000, layout="stereo")
        assert isinstance(stream, av.AudioStream)
        wave = 0.2 * np.sin(2 * np.pi * 440 * np.arange(round(48000 * seconds)) / 48000)
        frame = av.AudioFrame.from_ndarray(np.stack([wave, wave]).astype(np.float32), "fltp", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48000, 0, Fraction(1, 48000)
        resampler = av.AudioResampler(stream.format, "stereo", 48000, stream.frame_size or None)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            output.mux(stream.encode(part))
        output.mux(stream.encode(None))
    return path


Odd = tuple[Callable[[Path], Path], dict[str, Any]]
JITTER = [0, 20, 60, 160, 180, 220, 320, 340, 380, 480, 500, 540]

ODD: dict[str, Odd] = {
    "png named jpg": (lambda folder: picture(folder / "a.jpg", form="PNG"), {"format": "png"}),
    "jpeg without a name": (lambda folder: picture(folder / "a", form="JPEG"), {"format": "jpeg"}),
    "webp turned": (lambda folder: turned(folder / "a.webp", 6, "WEBP"), {"width": 96, "height": 64}),
    "avif turned": (lambda folder: turned(folder / "a.avif", 8, "AVIF"), {"width": 96, "height": 64}),
    "heic turned": (lambda folder: turned(folder / "a.heic", 6, "HEIF"), {"width": 96, "height": 64}),
    "tiff turned": (lambda folder: turned(folder / "a.tif", 5, "TIFF"), {"width": 96, "height": 64}),
    "cmyk jpeg": (lambda folder: cmyk(folder / "a.jpg"), {"format": "jpeg"}),
    "16-bit png": (lambda folder: deep_png(folder / "a.png"), {"width": 256}),
    "16-bit grey png": (lambda folder: deep_png(folder / "a.png", colour=0), {"width": 256}),
    "wide gamut": (
        lambda folder: picture(folder / "a.jpg", icc_profile=wide_gamut_profile()),
        {"profile": ""},
    ),
    "animated gif": (
        lambda folder: write(folder, "a.gif", gif_bytes()),
        {"format": "png", "notes": ["Animated picture: the first frame is used."]},
    ),
    "animated webp": (
        lambda folder: picture(
            folder / "a.webp", save_all=True, append_images=[Image.new("RGB", (96, 64))], duration=40
        ),
        {"notes": ["Animated picture: the first frame is used."]},
    ),
    "palette with a hole": (
        lambda folder: _palette(folder / "a.png"),
        {"format": "png", "has_alpha": True},
    ),
    "black and white tiff": (
        lambda folder: _bilevel(folder / "a.tif"),
        {"format": "png", "width": 96},
    ),
    "one pixel": (lambda folder: picture(folder / "a.png", quarters(1, 1)), {"width": 1, "height": 1}),
    "clip turned 90": (
        lambda folder: clip(folder / "a.mp4", turn=90),
        {"width": 64, "height": 96, "rotation": 0},
    ),
    "clip mirrored": (
        lambda folder: clip(folder / "a.mp4", turn=-90, flip=True),
        {"width": 64, "height": 96, "rotation": 0},
    ),
    "clip of odd size": (
        lambda folder: clip(folder / "a.mov", quarters(97, 63), form="mov", codec="mjpeg", pixels="yuvj444p"),
        {"width": 96, "height": 62, "codec": "h264"},
    ),
    "clip of variable rate": (
        lambda folder: clip(folder / "a.mp4", times=JITTER, frames=12),
        {"frames": 12, "notes": ["The frame rate varies: it is evened out."]},
    ),
    "clip without sound": (lambda folder: clip(folder / "a.mp4"), {"has_audio": False, "frames": 24}),
    "clip with sound": (lambda folder: clip(folder / "a.mov", form="mov", sound=True), {"has_audio": True}),
    "clip with an edit list": (lambda folder: edit_list(folder / "a.mp4"), {"frames": 36}),
    "clip in fragments": (
        lambda folder: clip(folder / "a.mp4", options={"movflags": "frag_keyframe+empty_moov"}),
        {"frames": 24},
    ),
    "clip of 10 bits": (
        lambda folder: clip(folder / "a.mp4", codec="libx265", pixels="yuv420p10le"),
        {"codec": "h264", "bits": 8},
    ),
    "clip with alpha": (
        lambda folder: clip(folder / "a.mov", form="mov", codec="prores_ks", pixels="yuva444p10le"),
        {"codec": "h264", "notes": ["Transparent clip: it is shown on white."]},
    ),
    "clip of one frame": (lambda folder: clip(folder / "a.mp4", frames=1), {"frames": 1}),
    "webm": (
        lambda folder: clip(folder / "a.webm", form="webm", codec="libvpx-vp9", frames=8),
        {"format": "webm", "codec": "vp9", "frames": 8},
    ),
    "mkv with sound": (
        lambda folder: clip(folder / "a.mkv", form="matroska", sound=True),
        {"format": "mp4", "has_audio": True, "frames": 24},
    ),
    "mkv with a shared time": (
        lambda folder: shared_time(folder / "a.mkv"),
        {"format": "mp4", "codec": "h264"},
    ),
    "wide pixels": (lambda folder: sideways_pixels(folder / "a.mp4"), {"width": 192, "height": 64}),
    "wav": (
        lambda folder: sound_file(folder / "a.wav", "pcm_s16le", "wav"),
        {"format": "wav", "kind": "audio"},
    ),
    "mp3": (lambda folder: sound_file(folder / "a.mp3", "mp3", "mp3"), {"format": "mp3"}),
    "m4a": (lambda folder: sound_file(folder / "a.m4a", "aac", "ipod"), {"format": "m4a"}),
    "flac": (lambda folder: sound_file(folder / "a.flac", "flac", "flac"), {"format": "flac"}),
    "mp4 of sound alone": (lambda folder: sound_file(folder / "a.mp4", "aac", "mp4"), {"kind": "audio"}),
    "srt in windows letters": (
        lambda folder: write(
            folder, "a.srt", "1\r\n00:00:01,000 --> 00:00:02,500\r\nCafé\r\n".encode("cp1252")
        ),
        {"kind": "captions", "format": "srt"},
    ),
    "vtt named srt": (
        lambda folder: write(folder, "a.srt", b"\xef\xbb\xbfWEBVTT\n\n00:01.000 --> 00:02.000\nHi\n"),
        {"kind": "captions", "format": "vtt"},
    ),
    "csv": (
        lambda folder: write(folder, "a.csv", b'sku,name\n1,"a, b"\n2,c\n'),
        {"kind": "table", "format": "csv"},
    ),
}


def _turned_jpeg(orientation: int) -> Odd:
    return (
        lambda folder: turned(folder / "turned.jpg", orientation),
        {"format": "jpeg", "width": 96, "height": 64},
    )


ODD |= {f"jpeg orientation {number}": _turned_jpeg(number) for number in range(1, 9)}


def _palette(path: Path) -> Path:
    image = Image.fromarray(quarters()).quantize(8)
    image.save(path, transparency=image.getpixel((1, 1)))
    return path


def _bilevel(path: Path) -> Path:
    Image.fromarray(quarters()).convert("1").save(path, "TIFF", compression="group4")
    return path
