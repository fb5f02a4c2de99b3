"""Opening clips and sound: one demuxer, chosen by the file's own bytes, that may open no other file."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Disposition

from projects.media.faults import Refused
from projects.media.probe.sniff import Kind, sniff

DEMUXERS = {
    "mp4": "mov",
    "mov": "mov",
    "m4a": "mov",
    "webm": "matroska",
    "mkv": "matroska",
    "wav": "wav",
    "mp3": "mp3",
    "flac": "flac",
}
# Faults of the machine, which FFmpeg reports in the same way as those of the file.
OURS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EMFILE, errno.ENOENT})


@contextmanager
def open_media(path: Path, kind: Kind | None = None) -> Iterator[InputContainer]:
    """Give the open container. Raises Refused when it is damaged, and for what reading it raises later.

    A playlist cannot pass for a clip: `sniff` refuses it, the demuxer is forced, and what a clip refers to
    is never opened (`protocol_whitelist`, `format_whitelist`; the mov demuxer's references are off).
    """
    kind = kind or sniff(path)
    demuxer = DEMUXERS.get(kind.format)
    if demuxer is None:
        raise Refused("The file is neither a clip nor sound.")
    with readable(kind), _opened(path, kind, demuxer) as container:
        yield container


def _opened(path: Path, kind: Kind, demuxer: str) -> InputContainer:
    """Return the container with its headers read. One that asks for more memory than there is, is damaged."""
    options = {"protocol_whitelist": "file", "format_whitelist": demuxer}
    try:
        # Titles come in any alphabet and encoding; none of them is kept.
        return av.open(str(path), "r", format=demuxer, options=options, metadata_errors="replace")
    except MemoryError as error:
        raise _damaged(kind) from error


@contextmanager
def readable(kind: Kind) -> Iterator[None]:
    """Turn what FFmpeg raises for damaged bytes into Refused; a full disk and want of memory pass."""
    try:
        yield
    except av.error.FFmpegError as error:
        if isinstance(error, MemoryError) or error.errno in OURS:
            raise
        raise _damaged(kind) from error


def _damaged(kind: Kind) -> Refused:
    noun = "clip" if kind.family == "video" else "sound"
    return Refused(f"The {noun} cannot be read: it is damaged or cut off. Export it again and upload that.")


def video_stream(container: InputContainer) -> av.VideoStream | None:
    """Return the first moving picture: a cover that is attached to the sound is none.

    Raises Refused when there is one that nothing here decodes.
    """
    for stream in container.streams.video:
        if stream.disposition & Disposition.attached_pic:
            continue
        if _decodable(stream):
            return stream
        raise Refused("The clip's picture is stored in a way that cannot be read. Export it as H.264 in MP4.")
    return None


def audio_stream(container: InputContainer) -> av.AudioStream | None:
    """Return the first sound track that can be decoded."""
    return next((stream for stream in container.streams.audio if _decodable(stream)), None)


def _decodable(stream: av.VideoStream | av.AudioStream) -> bool:
    # The stub promises a context; PyAV has none for a codec that it does not know.
    context: object = stream.codec_context
    return context is not None
