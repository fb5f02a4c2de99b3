"""How tests talk to the emulator: through the SDK, by plain HTTP, and by a bare socket."""

from __future__ import annotations

import base64
import io
import json
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx2
from google import genai
from google.genai.types import HttpOptions, HttpRetryOptions
from PIL import Image

from tests.emulator import Emulator, media

OMNI = "gemini-omni-1.2-flash"
NANO = "gemini-nano-banana-2.1"
SMALL = {"type": "video", "resolution": "360p", "duration": "3s"}
PATIENCE_MS = 10_000


# Nothing is encrypted here, and loading certificates takes 0.1 s of every client: `ssl` is for the SDK's WebSockets.
PLAIN = {"verify": False}
NO_CERTIFICATES: dict[str, Any] = {"client_args": PLAIN, "async_client_args": PLAIN | {"ssl": False}}


def client_of(emulator: Emulator, timeout: int = PATIENCE_MS) -> genai.Client:
    """Return a client that asks once and waits `timeout` milliseconds."""
    options = HttpOptions(
        base_url=emulator.url,
        timeout=timeout,
        retry_options=HttpRetryOptions(attempts=1),
        api_version="v1beta",
        **NO_CERTIFICATES,
    )
    return genai.Client(api_key=emulator.key, http_options=options)


def video(prompt: str = "A marble rolls", **more: Any) -> dict[str, Any]:
    """Return the body of a short clip in the foreground."""
    return {"model": OMNI, "input": prompt, "response_format": SMALL} | more


def picture(size: tuple[int, int] = (64, 36), colour: str = "teal", form: str = "PNG") -> bytes:
    """Return a small still."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, form)
    return out.getvalue()


def text_of(data: bytes) -> str:
    """Return bytes as base64."""
    return base64.b64encode(data).decode()


def image_part(data: bytes | None = None, mime: str = "image/png") -> dict[str, Any]:
    """Return an image as a content."""
    return {"type": "image", "mime_type": mime, "data": text_of(data or picture())}


def video_part(data: bytes) -> dict[str, Any]:
    """Return a clip as a content."""
    return {"type": "video", "mime_type": "video/mp4", "data": text_of(data)}


def a_clip(seconds: float = 3, size: tuple[int, int] = (320, 180)) -> bytes:
    """Return a clip to be sent."""
    return media.clip(media.plain("source"), size, seconds, "source").data


def post(emulator: Emulator, path: str, body: Any, **headers: str) -> httpx2.Response:
    """Send JSON by plain HTTP, with the key unless headers are given."""
    sent = headers or {"x-goog-api-key": emulator.key}
    return plain("POST", emulator.url + path, json=body, headers=sent)


def plain(method: str, address: str, **more: Any) -> httpx2.Response:
    """Ask by plain HTTP."""
    return httpx2.request(method, address, timeout=100, **PLAIN, **more)


def create(emulator: Emulator, body: Any) -> httpx2.Response:
    """Send a create."""
    return post(emulator, "/v1beta/interactions", body)


def raw(emulator: Emulator, body: Any, *, closing: bool = False, path: str = "/v1beta/interactions") -> bytes:
    """Send a create by a bare socket and return all that comes until the end. A reset raises.

    closing: ask the server to close after its answer.
    """
    address = urlsplit(emulator.url)
    data = json.dumps(body).encode()
    fields = {"host": "x", "x-goog-api-key": emulator.key, "content-length": len(data)}
    fields |= {"connection": "close"} if closing else {}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    head = "\r\n".join(lines)
    with socket.create_connection((address.hostname, address.port or 0), timeout=100) as link:
        link.sendall(head.encode() + data)
        pieces = []
        while piece := link.recv(65_536):
            pieces.append(piece)
    return b"".join(pieces)
