"""The baseline of scenario A: what a careful developer writes with google-genai and nothing else.

`python -m tests.bench.alone URL KEY COUNT AT_ONCE FOLDER` makes one clip to warm up, says so, and on a line of input
makes the others: create in background mode, look each second, stream the result to a file. Retries are off.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
from google import genai

CONNECTIONS = 400
PIECE = 256 << 10
FILES = "https://generativelanguage.googleapis.com"
PROMPT = "A fisherman mends a net on the quay, early light. A single continuous shot."


def body() -> dict[str, Any]:
    """Return the create of one clip, as the studio asks for it."""
    return {
        "model": "gemini-omni-1.2-flash",
        "input": [{"type": "text", "text": PROMPT}],
        "response_format": {
            "type": "video",
            "resolution": "360p",
            "delivery": "uri",
            "aspect_ratio": "16:9",
            "duration": "3s",
        },
        "background": True,
        "store": True,
        "labels": {"attempt": str(uuid4())},
    }


class Alone:
    """One client of the SDK and one of HTTP, for all clips."""

    def __init__(self, url: str, key: str, folder: Path) -> None:
        self.url, self.key, self.folder = url, key, folder
        limits = httpx2.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        self.http = httpx2.AsyncClient(limits=limits, timeout=60)
        self.client = genai.Client(
            api_key=key,
            http_options=genai.types.HttpOptions(
                base_url=url,
                api_version="v1beta",
                timeout=60_000,
                retry_options=genai.types.HttpRetryOptions(attempts=1),
                httpx_async_client=self.http,
            ),
        )

    async def make(self, name: str) -> None:
        """Make one clip and write it to a file."""
        calls = self.client.aio.interactions
        made = await calls.create(**body())
        while made.status == "in_progress":
            await asyncio.sleep(1)
            made = await calls.get(made.id)
        [uri] = [part.uri for step in made.steps for part in getattr(step, "content", None) or ()]
        path = self.folder / f"{name}.part"
        ask = {"x-goog-api-key": self.key}
        async with self.http.stream("GET", uri.replace(FILES, self.url), headers=ask) as reply:
            reply.raise_for_status()
            with path.open("wb") as file:
                async for piece in reply.aiter_raw(PIECE):
                    file.write(piece)
        path.rename(self.folder / f"{name}.mp4")


async def main(url: str, key: str, count: int, at_once: int, folder: Path) -> None:
    """Make the clips, so many at once."""
    alone, turns = Alone(url, key, folder), asyncio.Semaphore(at_once)

    async def one(number: int) -> None:
        async with turns:
            await alone.make(f"{number}")

    await alone.make("warm")
    _say({})
    await asyncio.to_thread(sys.stdin.readline)
    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(one(number) for number in range(count)))
    _say({"wall": time.perf_counter() - began, "cpu": time.process_time() - cpu})


def _say(words: dict[str, float]) -> None:
    sys.stdout.write(f"{json.dumps(words)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    where, secret, many, together, target = sys.argv[1:]
    asyncio.run(main(where, secret, int(many), int(together), Path(target)))
