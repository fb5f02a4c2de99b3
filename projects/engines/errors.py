"""What can go wrong at an engine.

EngineError
├── NotSent     nothing left this machine: it may be sent again
├── Refused     the engine said no, with its code: not billed
├── Doubt       sent, and the answer is lost: the bill is unknown (paid engines only)
└── Broken      accepted work, or a result, failed: a code and a sentence
    └── Damaged     its bytes are not the result: they may be fetched again
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict, Unpack

from projects.failures import FAILURES, Code

LENGTH = "The provider does not make this length. Choose another number of seconds."
FORMAT = "The provider does not make this format. Choose another format."
SIZE = "The provider does not make this size. Choose another size."
PICTURES = "The provider does not take these pictures. Remove one, or use another saved as JPEG or PNG."
WORDS = "The words are too long for the provider. Shorten them."
BILLING = "The provider asks for billing in this country. Turn it on for the key's project."
FIELDS: dict[str, str] = {
    **dict.fromkeys(("duration", "duration_seconds", "durationSeconds"), LENGTH),
    **dict.fromkeys(("aspect_ratio", "aspectRatio"), FORMAT),
    **dict.fromkeys(("resolution", "image_size", "imageSize"), SIZE),
    **dict.fromkeys(("image", "images", "reference_images", "referenceImages"), PICTURES),
    "token count": WORDS,
}
"""What to change, by the last part of the provider's own name of a field."""
SENTENCES: dict[str, str] = {
    "Duration cannot be set in response format for edit task": LENGTH,
    "Aspect ratio is not enabled for this model": FORMAT,
    "Gemini API free tier is not available in your country. Please enable billing on your project in "
    "Google AI Studio.": BILLING,
    "User location is not supported for the API use without a billing account linked.": BILLING,
    "Provided image is not valid": PICTURES,
    "Unable to process input image. Please retry or report in "
    "https://developers.generativeai.google/guide/troubleshooting": PICTURES,
}
"""Whole sentences that name a field in words. Recorded by OpenRouter's note (reference/gemini-api.md section 3),
yeahhe365/Gemini-Nexus issue 13, AmberSahdev/Open-Interface issue 64 and pollinations/pollinations issue 4157."""
TEMPLATES = tuple(
    re.compile(template)
    for template in (
        r"The number value for `?(?P<field>\w+)`? is out of bound\. Please provide a value between .+",
        r"`?(?P<field>\w+)`? does not support `.+` as a valid value\. Please refer to the Gemini API documentation .+",
        r"`?(?P<field>\w+)`? isn't supported by this model\. Please remove it or refer to the Gemini API .+",
        r"Invalid value at '(?:[\w\[\]]+\.)*(?P<field>\w+)' .+",
        r"The input (?P<field>token count) \(\d+\) exceeds the maximum number of tokens allowed \(\d+\)\.?",
    )
)
"""Whole sentences of one form that name a field. Recorded by waooAI/waoowaoo issue 155, n8n-io/n8n issue 17707 and
ArcReel/ArcReel issue 247; the last two are google.rpc's and the token counter's own."""
NOT_READY = re.compile(r"The File \S+ is not in an ACTIVE state and usage is not allowed\.?")
"""A file that was given too early, or that the provider could not read. Recorded by expectedparrot/edsl issue 1907."""
SUPPORT = re.compile(r"\bSupport codes?: *(\d{8}(?:, *\d{8})*)")
PERSON_CODES = frozenset({"29310472", "15236754", "39322892", "58061214", "17301594"})
"""Support codes for a prominent person, a face and a child. Source: Vertex' pages on responsible AI for Veo and for
Gemini's images; every other one is of another safety check."""
PERSON_REASONS = frozenset(
    {
        "input_text_contain_prominent_person_prohibited",
        "input_image_celebrity",
        "input_image_photo_realistic_child_prohibited",
        "generated_image_celebrity",
        "generated_image_prominent_people_detected_by_rewriter",
        "generated_image_identifiable_people",
        "generated_image_minors",
    }
)
"""Reasons about people, as the SDK 3.4.0 lists them (types.py, TurnCompleteReason)."""


def remedy(message: str, fields: Iterable[str] = ()) -> str:
    """Return what to change, where the provider's whole sentence or its own list of fields names it; else nothing."""
    said = next((match["field"] for one in TEMPLATES if (match := one.fullmatch(message))), "")
    return next((FIELDS[name] for name in (*fields, said) if name in FIELDS), SENTENCES.get(message, ""))


def by_support_code(message: str) -> Code | None:
    """Return what the support codes of a safety check name; nothing for a message without."""
    found = SUPPORT.search(message)
    if found is None:
        return None
    is_person = PERSON_CODES.intersection(found[1].replace(" ", "").split(","))
    return Code.PEOPLE_POLICY if is_person else Code.SAFETY_BLOCKED


class EngineError(Exception):
    """An engine's failure: `code` decides the page's choices, `sentence` is for people, `detail` for admins."""

    def __init__(self, sentence: str, code: Code, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
        self.detail = detail


class NotSent(EngineError):
    """Nothing was sent, proved by the kind of fault."""


class Facts(TypedDict, total=False):
    """What is known of a refusal besides its code."""

    status: int
    again: bool
    retry_after: float | None
    per_model: bool
    proven: bool


class Refused(EngineError):
    """The engine, or a check of the input, said no.

    `status`: the provider's HTTP status, 0 where nothing was asked. `again`: the refusal passes by itself.
    `retry_after`: after so many seconds, where the provider said. `per_model`: for this model alone. `proven`: the
    provider's own words name the cause, or a look has shown it; else the code is a guess by the status.
    """

    def __init__(self, sentence: str, code: Code, detail: str = "", **facts: Unpack[Facts]) -> None:
        super().__init__(sentence, code, detail)
        self.status = facts.get("status", 0)
        self.again = facts.get("again", False)
        self.retry_after = facts.get("retry_after")
        self.per_model = facts.get("per_model", False)
        self.proven = facts.get("proven", False)


class Doubt(EngineError):
    """The request may have been accepted. `status`: of the answer that says too little, 0 where none came."""

    def __init__(self, sentence: str, code: Code, detail: str = "", *, status: int = 0) -> None:
        super().__init__(sentence, code, detail)
        self.status = status


class Broken(EngineError):
    """The work was accepted and failed."""


class Damaged(Broken):
    """The bytes that came are not the result: they may be fetched again. `sha256`, `path`: of what came."""

    def __init__(self, detail: str, sha256: str = "", path: Path | None = None) -> None:
        super().__init__(FAILURES[Code.OUTPUT_CORRUPT].why, Code.OUTPUT_CORRUPT, detail)
        self.sha256, self.path = sha256, path


class HandedBack(Exception):
    """The process is ending, or its child was ended from outside: the step goes back to the queue."""
