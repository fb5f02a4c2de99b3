"""What a request can cost at most, and what it did cost by the provider's own count. US dollars, pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_UP, Decimal, InvalidOperation
from typing import Any

from projects.engines.models import Model

CENT, PLACES, MILLION = Decimal("0.01"), Decimal("0.000001"), Decimal(1_000_000)
INPUT_TOKENS = 6_000
"""An allowance for what goes along: a prompt and a few pictures. A picture is 258 to 1,120 tokens."""
VIDEO_INPUT_TOKENS = 300
"""An allowance for one second of a clip that goes along."""
TEXT_TOKENS = 2_000
"""An allowance for words and thinking that come back."""
GROUNDING_CALLS = 3
MOST_DIGITS = 12
"""No answer holds more tokens than such a number; a longer one is no count."""
MOST_QUOTES, MOST_STATED = 10, 10**6
"""A count that comes to more than so many times the quote is not believed."""

Json = dict[str, Any]


def up(usd: Decimal) -> Decimal:
    """Return an amount rounded up to the cent."""
    return usd.quantize(CENT, rounding=ROUND_UP)


def of_video(model: Model, size: str, seconds: float, *, seconds_in: float = 0) -> Decimal:
    """Return the most that a clip can cost: its seconds at the price of its size, and what goes along and back."""
    made = of_seconds(model, size, seconds)
    tokens_in = INPUT_TOKENS + VIDEO_INPUT_TOKENS * Decimal(str(seconds_in))
    return up(made + (tokens_in * model.input_million + TEXT_TOKENS * model.text_million) / MILLION)


def of_seconds(model: Model, size: str, seconds: float) -> Decimal:
    """Return the price of a clip's seconds alone: what it is charged by where no count comes."""
    return model.video_second[size] * Decimal(str(seconds))


def of_image(model: Model, size: str, *, grounded: bool = False) -> Decimal:
    """Return the most that one picture can cost, with an allowance for text, thinking and grounding."""
    words = (INPUT_TOKENS * model.input_million + TEXT_TOKENS * model.text_million) / MILLION
    return up(model.image[size] + words + (GROUNDING_CALLS * model.grounding_call if grounded else 0))


def stored(model: Model, size: str) -> Json:
    """Return the prices that an attempt is settled by, whatever the table says later."""
    return {
        "size": size,
        "video_second": str(model.video_second.get(size, 0)),
        "image": str(model.image.get(size, 0)),
        "video_million": str(model.video_million),
        "image_million": str(model.image_million),
        "input_million": str(model.input_million),
        "text_million": str(model.text_million),
        "grounding_call": str(model.grounding_call),
    }


def is_absurd(counted: Decimal | None, quote: Decimal) -> bool:
    """Return whether a count cannot be: no request costs many times the most that it can cost."""
    return counted is not None and counted > MOST_QUOTES * quote


def by_usage(prices: Mapping[str, Any], usage: Mapping[str, Any], *, made: bool = False) -> Decimal | None:
    """Return the cost of a provider's count of tokens, or nothing where it gave none.

    usage: `total_input_tokens`, `total_tool_use_tokens`, `total_output_tokens`, `total_thought_tokens`,
    `output_tokens_by_modality`, `grounding_tool_count`, or a `cost` that the provider states itself.
    made: a picture or a clip came; what is not named by kind is then its.
    """
    if (usd := stated(usage.get("cost"))) is not None:
        return usd
    if not any(_is_count(usage.get(name)) for name in ("total_output_tokens", "total_input_tokens")):
        return None
    by_kind, total = tokens_by_kind(usage), _count(usage.get("total_output_tokens"))
    medium = next((kind for kind in ("video", "image") if Decimal(prices[f"{kind}_million"])), "")
    if made and medium and not (by_kind.get("video") or by_kind.get("image")):
        by_kind[medium] = max(total - sum(by_kind.values()), 0)
        if not by_kind[medium]:
            return None
    video, image = by_kind.get("video", 0), by_kind.get("image", 0)
    text = max(total - video - image, 0)
    thought = _count(usage.get("total_thought_tokens"))
    tokens = (
        (_count(usage.get("total_input_tokens")) + _count(usage.get("total_tool_use_tokens")))
        * Decimal(prices["input_million"])
        + video * Decimal(prices["video_million"])
        + image * Decimal(prices["image_million"])
        + (text + thought) * Decimal(prices["text_million"])
    )
    return (tokens / MILLION + _searches(usage) * Decimal(prices["grounding_call"])).quantize(
        PLACES, ROUND_UP
    )


def stated(cost: Any) -> Decimal | None:
    """Return a cost that a provider states itself; nothing for what is no sum of money."""
    if isinstance(cost, bool) or not isinstance(cost, int | float | str):
        return None
    try:
        usd = Decimal(str(cost))
    except InvalidOperation:
        return None
    is_sum = usd.is_finite() and 0 <= usd < MOST_STATED
    return usd.quantize(PLACES, ROUND_UP) if is_sum else None


def _searches(usage: Mapping[str, Any]) -> int:
    """Return how often something was looked up: as we counted it on Vertex, or as the provider counts it by tool."""
    rows = usage.get("grounding_tool_count")
    by_tool = (
        (_count(row.get("count")) for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()
    )
    return _count(usage.get("grounding_calls")) + sum(by_tool)


def tokens_by_kind(usage: Mapping[str, Any]) -> dict[str, int]:
    """Return the tokens that came back, by lower-case kind."""
    found: dict[str, int] = {}
    rows = usage.get("output_tokens_by_modality")
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict):
            kind = str(row.get("modality", "")).lower()
            found[kind] = found.get(kind, 0) + _count(row.get("tokens"))
    return found


def _count(value: Any) -> int:
    """Return a count as it came, as a whole number or as digits; 0 for what is none."""
    return int(value) if _is_count(value) else 0


def _is_count(value: Any) -> bool:
    text = f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)
    return text.isdecimal() and len(text) <= MOST_DIGITS
