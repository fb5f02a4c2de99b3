"""A provider on loopback that only lists models: for one good key, page by page, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

GOOD = "good-key-0123456789abcdef"
BAD_KEY = {
    "error": {
        "code": 400,
        "message": "API key not valid. Please pass a valid API key.",
        "status": "INVALID_ARGUMENT",
        "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}],
    }
}
NO_USER = {"error": {"code": 401, "message": "User not found."}}


class Lists:
    """The server. `ids` are its models, two a page; `answer` replaces every answer with a status and a body."""

    def __init__(self, ids: Sequence[str] = (), answer: tuple[int, Any] | None = None) -> None:
        self.ids, self.answer, self.asked = list(ids), answer, list[str]()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> Lists:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def reply(self, target: str, headers: Any) -> tuple[int, Any]:
        """Return the status and the body of an answer."""
        self.asked.append(target)
        url = urlsplit(target)
        is_google = url.path.startswith("/v1beta/")
        key = headers.get("x-goog-api-key") or str(headers.get("authorization")).removeprefix("Bearer ")
        if self.answer:
            return self.answer
        if key != GOOD:
            return (400, BAD_KEY) if is_google else (401, NO_USER)
        if not is_google:
            return 200, {"data": {"label": "sk"} if url.path == "/key" else [{"id": id_} for id_ in self.ids]}
        at = int(parse_qs(url.query).get("pageToken", ["0"])[0])
        page: dict[str, Any] = {"models": [{"name": f"models/{id_}"} for id_ in self.ids[at : at + 2]]}
        return 200, {**page, "nextPageToken": str(at + 2)} if at + 2 < len(self.ids) else page

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        reply = self.reply

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = reply(self.path, self.headers)
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
                """Keep the test's output clean."""

        return Handler
