"""How an accepted create can end: the result as asked, or one of the ways in which it is not.

Source: reference/gemini-api.md sections 2.3, 3 and 4. Where an answer is not documented the row says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.emulator import refusals


@dataclass(frozen=True, slots=True)
class Outcome:
    """One end of a create.

    status: of the interaction. says: text of the model. error: code and message. shows: whether the result is
    there. bills: `media`, `text` or nothing. spoils: what becomes of the bytes, with the mime that is claimed. garbles:
    what an interaction holds is no base64.
    counts: what becomes of the usage. swaps: a still for a clip, a clip for a still. delivers: uri or inline, whatever
    was asked. file: what becomes of the result's file. finish, block: the reason that generateContent gives for no
    picture.
    """

    status: str = "completed"
    says: str = ""
    error: tuple[str, str] | None = None
    shows: bool = True
    bills: str = "media"
    spoils: Callable[[bytes], bytes] | None = None
    counts: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    garbles: bool = False
    swaps: bool = False
    delivers: str = ""
    file: str = ""
    finish: str = "STOP"
    block: str = ""


PAGE = b"<!doctype html><title>Sign in</title><p>Please sign in.</p>"
SORRY = "I can't make that video because it may go against the content policies."

OUTCOMES: dict[str, Outcome] = {
    "": Outcome(),
    # Documented shapes of a refusal: completed with text and no video tokens, and failed.
    "blocked": Outcome(says=SORRY, shows=False, bills="text"),
    "failed": Outcome(
        "failed",
        error=("content_filtered", refusals.BLOCKED),
        shows=False,
        bills="",
        finish="PROHIBITED_CONTENT",
    ),
    # Not documented for interactions: read as a failure with the reason of generateContent as its code.
    "image_safety": Outcome(
        "failed",
        error=("image_safety", "The image was filtered out because it violated a policy."),
        shows=False,
        bills="",
        finish="IMAGE_SAFETY",
    ),
    "prompt_blocked": Outcome(
        "failed",
        error=("prohibited_content", refusals.BLOCKED),
        shows=False,
        bills="",
        block="PROHIBITED_CONTENT",
    ),
    "empty": Outcome(shows=False, bills="text", finish="NO_IMAGE"),
    "tokens_only": Outcome(shows=False, bills="media", finish="IMAGE_OTHER"),
    "other_kind": Outcome(swaps=True),
    "zero_bytes": Outcome(spoils=lambda _data: b""),
    "wrong_type": Outcome(spoils=lambda _data: PAGE),
    "no_base64": Outcome(delivers="inline", garbles=True),
    "corrupt": Outcome(spoils=lambda data: data[:200] + bytes(len(data) - 200)),
    "incomplete": Outcome(
        "incomplete", says="The limit was reached.", shows=False, bills="text", finish="MAX_TOKENS"
    ),
    "partial": Outcome("incomplete", says="The limit was reached."),
    "odd_status": Outcome("paused_for_review", shows=False, bills="", finish="PAUSED"),
    "cancelled_by_provider": Outcome("cancelled", shows=False, bills=""),
    "never_ends": Outcome("in_progress", shows=False, bills=""),
    # The two deliveries that public clients have seen the other way round.
    "comes_inline": Outcome(delivers="inline"),
    "comes_as_uri": Outcome(delivers="uri"),
    "result_processing": Outcome(file="processing_forever"),
    "result_failed": Outcome(file="file_failed"),
}
