"""Files that people, cameras and attackers upload, made when a test asks for them: none is stored.

All of HOSTILE must be refused with one sentence. ODD (tests/odd.py) is unusual but valid and must come out
right. A maker takes an empty folder and returns the file to upload, whose name is often a lie.
"""

import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image, PngImagePlugin

from tests.making import clip, cut, gif_bytes, jpeg_bytes, picture, png_of, quarters, video_frame, write

Maker = Callable[[Path], Path]
CANARY = "canary.mp4"


def _playlist(folder: Path, name: str, text: str) -> Path:
    clip(folder / CANARY)
    return write(folder, name, text.encode())


HLS = f"#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXTINF:2.0,\n{CANARY}\n#EXT-X-ENDLIST\n"
FFCONCAT = f"ffconcat version 1.0\nfile '{CANARY}'\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><image href="file:///etc/passwd"/></svg>'
XXE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>'
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><l>&b;</l>'


def _reference_movie(folder: Path) -> Path:
    """Write a MOV whose data reference names another file: the demuxer must not open it."""
    clip(folder / CANARY)
    body = bytearray(clip(folder / "own.mov", form="mov").read_bytes())
    at = body.find(b"url \x00\x00\x00\x01")
    assert at > 0
    # Flag 0 says that the samples are elsewhere; the mdat of this file is taken away too.
    body[at + 7] = 0
    media = body.find(b"mdat")
    size = struct.unpack(">I", body[media - 4 : media])[0]
    body[media + 4 : media - 4 + size] = bytes(size - 8)
    return write(folder, "reference.mov", bytes(body))


def _no_frames(folder: Path) -> Path:
    path = folder / "empty.mp4"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        output.start_encoding()
    return path


def _huge_video(folder: Path) -> Path:
    """Write a clip of one frame of 8192 x 8192: some kilobytes that decode to 100 MB."""
    path = folder / "bomb.mp4"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("mjpeg", rate=24)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 5120, 2880, "yuvj420p"
        frame = av.VideoFrame(5120, 2880, "yuvj420p")
        for plane in frame.planes:
            np.frombuffer(memoryview(plane), np.uint8)[:] = 128
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def _lying_header(folder: Path) -> Path:
    """Write a clip whose header says 96 x 64 and whose JPEG frames say 8192 x 8192."""
    body = bytearray(clip(folder / "lie.mp4", codec="mjpeg", pixels="yuvj420p", frames=2).read_bytes())
    for at in range(len(body) - 9):
        if body[at : at + 2] == b"\xff\xc0" and body[at + 5 : at + 9] == struct.pack(">HH", 64, 96):
            body[at + 5 : at + 9] = struct.pack(">HH", 8192, 8192)
    return write(folder, "lie.mp4", bytes(body))


def _long_video(folder: Path) -> Path:
    """Write a clip of three frames that lasts a quarter of an hour."""
    return clip(folder / "long.mp4", frames=3, times=[0, 450_000, 900_000])


def _stretched(folder: Path) -> Path:
    """Write a clip whose pixels are sixty times as wide as high."""
    return clip(folder / "wide.mp4", tags={"sample_aspect_ratio": Fraction(60)})


def _raw_photo(folder: Path) -> Path:
    """Write a TIFF that says its first page is only a preview, as raw files of cameras do."""
    Image.fromarray(quarters()).save(folder / "raw.tif", tiffinfo={254: 1})
    return folder / "raw.tif"


def _text_bomb(folder: Path) -> Path:
    """Write a PNG whose comment is 20 kB that unpack to 20 MB."""
    comment = PngImagePlugin.PngInfo()
    comment.add_text("Comment", "a" * 20_000_000, zip=True)
    return picture(folder / "text.png", pnginfo=comment)


def _flipped(folder: Path) -> Path:
    """Write a clip whose packets are noise."""
    path = clip(folder / "noise.mp4")
    body = bytearray(path.read_bytes())
    start = body.find(b"mdat") + 4
    end = body.find(b"moov") - 4
    body[start:end] = np.random.default_rng(1).integers(0, 256, end - start, np.uint8).tobytes()
    path.write_bytes(bytes(body))
    return path


HOSTILE: dict[str, Maker] = {
    "zero bytes": lambda folder: write(folder, "zero.jpg", b""),
    "a script named jpg": lambda folder: write(folder, "run.jpg", b"#!/bin/sh\nrm -rf /\n"),
    "a program named png": lambda folder: write(folder, "a.png", b"\x7fELF\x02\x01\x01" + bytes(200)),
    "words named mp4": lambda folder: write(folder, "words.mp4", b"This is not a clip, it is a sentence.\n"),
    "noise named jpg": lambda folder: write(
        folder, "noise.jpg", np.random.default_rng(0).integers(0, 256, 5000, np.uint8).tobytes()
    ),
    "a zip named png": lambda folder: write(folder, "zip.png", b"PK\x03\x04" + bytes(300)),
    "svg": lambda folder: write(folder, "drawing.svg", SVG),
    "svg named png": lambda folder: write(folder, "drawing.png", SVG),
    "svg with a byte order mark": lambda folder: write(folder, "bom.svg", b"\xef\xbb\xbf\n " + SVG),
    "html": lambda folder: write(folder, "page.jpg", b"<!doctype html><script>alert(1)</script>"),
    "xml with an outside entity": lambda folder: write(folder, "xxe.csv", XXE),
    "xml that multiplies": lambda folder: write(folder, "laughs.xml", LAUGHS),
    "pdf": lambda folder: write(folder, "page.pdf", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"),
    "a gif that is a script": lambda folder: write(
        folder, "poly.gif", gif_bytes()[:13] + b"/*<script>alert(1)</script>*/" + gif_bytes()[13:]
    ),
    "a jpeg that is a pdf": lambda folder: write(folder, "poly.jpg", jpeg_bytes(comment=b"%PDF-1.7 1 0 obj")),
    "a jpeg that is php": lambda folder: write(
        folder, "poly2.jpg", jpeg_bytes(comment=b"<?php system(1);?>")
    ),
    "hls named mp4": lambda folder: _playlist(folder, "list.mp4", HLS),
    "hls named m3u8": lambda folder: _playlist(folder, "list.m3u8", HLS),
    "hls named csv": lambda folder: _playlist(folder, "list.csv", HLS),
    "ffconcat named mp4": lambda folder: _playlist(folder, "concat.mp4", FFCONCAT),
    "ffconcat named srt": lambda folder: _playlist(folder, "concat.srt", FFCONCAT),
    "a movie that refers to another": _reference_movie,
    "a truncated jpeg": lambda folder: cut(picture(folder / "a.jpg"), 0.6),
    "a jpeg of its header": lambda folder: write(folder, "head.jpg", jpeg_bytes()[:30]),
    "a truncated png": lambda folder: cut(picture(folder / "a.png"), 0.6),
    "a png without pixels": lambda folder: write(folder, "bare.png", png_of(640, 480)),
    "a truncated webp": lambda folder: cut(picture(folder / "a.webp"), 0.5),
    "a truncated avif": lambda folder: cut(picture(folder / "a.avif"), 0.5),
    "a truncated tiff": lambda folder: cut(picture(folder / "a.tif"), 0.5),
    "a truncated gif": lambda folder: write(folder, "a.gif", gif_bytes()[:600]),
    "a picture bomb": lambda folder: write(folder, "bomb.png", png_of(60000, 60000, rows=bytes(60001 * 3))),
    "a picture bomb of one line": lambda folder: write(folder, "line.png", png_of(2**31 - 1, 1)),
    "an animation bomb": lambda folder: write(folder, "bomb.gif", _gif_bomb()),
    "a text bomb": _text_bomb,
    "a camera's raw picture": _raw_photo,
    "a video bomb": _huge_video,
    "a video bomb behind a small header": _lying_header,
    "a video of a quarter of an hour": _long_video,
    "a video of very wide pixels": _stretched,
    "too many frames a second": lambda folder: clip(folder / "fast.mp4", frames=60, rate=Fraction(480)),
    "a clip without frames": _no_frames,
    "a clip of noise": _flipped,
    "a clip cut off early": lambda folder: cut(clip(folder / "a.mp4"), 0.4),
    "a clip cut off late": lambda folder: cut(clip(folder / "b.mp4", frames=72), 0.9),
    "a faststart clip cut off": lambda folder: cut(
        clip(folder / "c.mp4", frames=120, options={"movflags": "+faststart"}), 0.6
    ),
    "a webm cut off": lambda folder: cut(
        clip(folder / "a.webm", form="webm", codec="libvpx-vp9", frames=96), 0.4
    ),
    "too many tracks": lambda folder: _many_tracks(folder / "tracks.mkv"),
    "text in utf-16": lambda folder: write(
        folder, "wide.srt", "1\n00:00:01,000 --> 00:00:02,000\nHi\n".encode("utf-16")
    ),
    "captions of five megabytes": lambda folder: write(
        folder, "long.vtt", b"WEBVTT\n\n" + b"a line\n" * 700_000
    ),
    "captions of two megabytes": lambda folder: write(
        folder, "mid.vtt", b"WEBVTT\n\n" + b"a line\n" * 300_000
    ),
}


def _gif_bomb() -> bytes:
    """Return a GIF of 40 frames of 4000 x 4000 that shares its pixels between them: some hundred bytes each."""
    header = b"GIF89a" + struct.pack("<HHBBB", 4000, 4000, 0x80, 0, 0) + bytes(6)
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return header + frame * 40 + b"\x3b"


def _many_tracks(path: Path) -> Path:
    with av.open(str(path), "w", format="matroska") as output:
        streams = [output.add_stream("libx264", rate=24) for _ in range(9)]
        for stream in streams:
            stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for stream in streams:
            for number in range(3):
                output.mux(stream.encode(video_frame(quarters(), number, "yuv420p")))
            output.mux(stream.encode(None))
    return path
