"""Why a step can fail: one code, its sentence for people, and what the page offers next.

The table is the only place for these sentences. `detail` of a step keeps the engine's own words for admins.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """The causes a step can end with."""

    SAFETY_BLOCKED = "safety_blocked"
    PEOPLE_POLICY = "people_policy"
    REGION_LIMITED = "region_limited"
    INPUT_REJECTED = "input_rejected"
    FILE_PROCESSING_FAILED = "file_processing_failed"
    FILE_TOO_LARGE = "file_too_large"
    CHAIN_EXPIRED = "chain_expired"
    BUDGET_EXCEEDED = "budget_exceeded"
    CREDENTIALS_MISSING = "credentials_missing"
    CREDENTIALS_REJECTED = "credentials_rejected"
    QUOTA_EXHAUSTED = "quota_exhausted"
    RATE_LIMITED = "rate_limited"
    MODEL_UNAVAILABLE = "model_unavailable"
    PROVIDER_DOWN = "provider_down"
    TIMED_OUT = "timed_out"
    EMPTY_RESULT = "empty_result"
    OUTPUT_CORRUPT = "output_corrupt"
    STORAGE_FAILED = "storage_failed"
    CANCELLED_BY_PROVIDER = "cancelled_by_provider"
    STUDIO_FAULT = "studio_fault"


class Choice(StrEnum):
    """What a person can do next; the page knows the verb, the sentence and the address of each."""

    RETRY = "retry"
    ADJUST = "adjust"
    WORDS = "words"
    DRAFT = "draft"
    OTHER_FILE = "other_file"
    OTHER_MODEL = "other_model"
    KEY = "key"


EMPTY_BY_STATUS: dict[str, str] = {
    "incomplete": "The provider stopped before there was a result. Change or shorten the words, or choose a shorter "
    "clip or a smaller size.",
    "budget_exceeded": "The provider's limit for one request was used up before there was a result. Choose a shorter "
    "clip or a smaller size.",
    "requires_action": "The provider asked back in place of a result. Say in the words what was left open, then start "
    "it again.",
    "requires_continuation": "The provider did a part of the work and sent no result. Choose a shorter clip or a "
    "smaller size, or ask for one change at a time.",
}
"""Why there is no result (`empty_result`) and what to do about it, by the status that the provider ended with."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What a code means for people: the heading, why it happened, and the choices in order."""

    title: str
    why: str
    choices: tuple[Choice, ...]


_C, _D = Code, Choice
FAILURES: dict[Code, Failure] = {
    _C.SAFETY_BLOCKED: Failure(
        "The provider refused this request.",
        "Its safety check stopped the picture or the words. Other words or another picture may pass.",
        (_D.WORDS, _D.DRAFT),
    ),
    _C.PEOPLE_POLICY: Failure(
        "The provider does not edit pictures of this person.",
        "It refuses children and known faces. Use a picture without one, such as the product alone or a back view.",
        (_D.OTHER_FILE, _D.DRAFT),
    ),
    _C.REGION_LIMITED: Failure(
        "This is not offered in the project's region.",
        "The provider limits it there.",
        (_D.OTHER_MODEL, _D.ADJUST, _D.DRAFT),
    ),
    _C.INPUT_REJECTED: Failure(
        "This request was not accepted.",
        "Change the words, a file or a setting, then start it again. The operator can see the provider's own words.",
        (_D.ADJUST, _D.OTHER_FILE),
    ),
    _C.FILE_PROCESSING_FAILED: Failure(
        "The provider could not read the file.",
        "Convert it to MP4 with H.264, or use a shorter part.",
        (_D.OTHER_FILE, _D.RETRY),
    ),
    _C.FILE_TOO_LARGE: Failure(
        "The file is larger than this task takes.",
        "Use a shorter or smaller file.",
        (_D.OTHER_FILE, _D.ADJUST),
    ),
    _C.CHAIN_EXPIRED: Failure(
        "The provider no longer keeps this version.",
        "Render again with all changes folded in, or start a new chain from this version.",
        (_D.ADJUST,),
    ),
    _C.BUDGET_EXCEEDED: Failure(
        "The budget does not cover this step.",
        "Raise the budget, or choose a smaller size or a shorter clip.",
        (_D.ADJUST, _D.DRAFT),
    ),
    _C.CREDENTIALS_MISSING: Failure(
        "No key is set for this engine.",
        "An owner can add one; the draft engine needs none.",
        (_D.KEY, _D.DRAFT, _D.RETRY),
    ),
    _C.CREDENTIALS_REJECTED: Failure(
        "The provider refused the key.",
        "An owner can replace it; the draft engine needs none.",
        (_D.KEY, _D.RETRY, _D.DRAFT),
    ),
    _C.QUOTA_EXHAUSTED: Failure(
        "The provider's quota for today is used up.",
        "It comes back at midnight Pacific time.",
        (_D.RETRY, _D.DRAFT),
    ),
    _C.RATE_LIMITED: Failure(
        "The provider took no more requests for half an hour.",
        "Start it again later, or make a draft now.",
        (_D.RETRY, _D.DRAFT),
    ),
    _C.MODEL_UNAVAILABLE: Failure(
        "The provider no longer offers this model.",
        "Nothing was made.",
        (_D.OTHER_MODEL, _D.ADJUST, _D.DRAFT),
    ),
    _C.PROVIDER_DOWN: Failure(
        "The provider had a fault.",
        "Nothing was made. Start it again in a few minutes.",
        (_D.RETRY, _D.DRAFT),
    ),
    _C.TIMED_OUT: Failure(
        "It took longer than the limit.",
        "A shorter clip or a smaller size takes less time.",
        (_D.ADJUST, _D.RETRY),
    ),
    _C.EMPTY_RESULT: Failure(
        "The engine sent no picture or clip.",
        "Change the words, or start it again.",
        (_D.ADJUST, _D.RETRY),
    ),
    _C.OUTPUT_CORRUPT: Failure(
        "The result could not be opened.",
        "It did not arrive whole, and is not shown. Start it again.",
        (_D.RETRY, _D.ADJUST),
    ),
    _C.STORAGE_FAILED: Failure(
        "The result could not be stored.",
        "The disk is full or read-only. Free some space, then try again.",
        (_D.RETRY,),
    ),
    _C.CANCELLED_BY_PROVIDER: Failure(
        "The provider stopped this step.",
        "Start it again.",
        (_D.RETRY, _D.DRAFT),
    ),
    _C.STUDIO_FAULT: Failure(
        "The studio could not finish this step.",
        "The operator finds the cause in the log under the step's number. Start it again, or change a setting.",
        (_D.RETRY, _D.ADJUST),
    ),
}
