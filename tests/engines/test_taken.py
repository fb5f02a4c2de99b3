"""What is taken of an answer that holds several media, drafts, or bytes beside an address."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from projects.engines import interactions, results
from projects.engines.base import Door, Files
from projects.engines.interactions import Answer

COUNTED = {"total_output_tokens": 1120}


class TestWhatIsTaken:
    """Of several media the last one is the result; bytes go before an address beside them."""

    def test_drafts_of_the_model_are_no_result(self) -> None:
        draft, made = ({"type": "image", "data": data} for data in ("ZHJhZnQ=", "bWFkZQ=="))
        output = {"type": "model_output", "content": [draft | {"thought": True}, made]}

        assert interactions.read(json.dumps({"id": "a", "steps": [output]}).encode()).media == (made,)

    async def test_the_last_of_two_is_the_result(self, files: Files) -> None:
        parts = tuple({"type": "image", "data": data} for data in ("Zmlyc3Q=", "bGFzdA=="))
        ended = interactions.ended(
            Answer("v1_a", "completed", COUNTED, parts), {"id": "v1_a", "api_version": "v1beta"}, files
        )

        output = await results.fetch(Door(1, "developer", "k"), ended, files, "image")

        assert output.files[0].path.read_bytes() == b"last"

    @pytest.mark.parametrize(
        ("data", "kept"),
        {
            "+/+/": b"\xfb\xff\xbf",
            "-_-_": b"\xfb\xff\xbf",
            "+/\n+/": b"\xfb\xff\xbf",
            "no base64!": None,
            None: None,
        }.items(),
    )
    def test_bytes_are_taken_where_an_address_stands_beside_them(
        self, data: str | None, kept: bytes | None, files: Files
    ) -> None:
        part = {"type": "image", "data": data, "uri": "https://elsewhere.example/a"}

        [found] = interactions.ended(
            Answer("v1_a", "completed", COUNTED, (part,)), {"id": "v1_a", "api_version": "v1beta"}, files
        ).media

        assert found["uri"] == part["uri"]
        assert (Path(found["path"]).read_bytes() if "path" in found else None) == kept
