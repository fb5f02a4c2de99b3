"""What a step says of money: its receipt, what is held for it, and what starting it again may cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from django import template

from projects import engines
from projects.actions import repeats
from projects.models import Attempt, Spend, Step
from projects.states import AttemptState, Bill, Status
from projects.templatetags.money import usd

register = template.Library()
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A step's receipt as a person reads it. `held`: what is reserved for it now."""

    words: str
    aside: str
    tone: str = ""
    held: Decimal = NOTHING


@register.filter
def is_paid(step: Step) -> bool:
    """Return whether a provider makes it for money."""
    engine = engines.all_engines().get(step.engine)
    return engine is not None and engine.paid


@register.filter
def receipt(step: Step) -> Receipt:
    """Return what a step cost, may have cost, or that it cost nothing."""
    if not is_paid(step):
        ended_without = step.status in {Status.FAILED, Status.CANCELLED}
        return Receipt("Not billed" if ended_without else "Free", "Nothing was sent to a provider.", "ok")
    attempts = list(step.attempts.order_by("number"))
    holds = _holds(step)
    held = sum(holds.values(), NOTHING)
    count = f"{len(attempts)} attempt{'' if len(attempts) == 1 else 's'}"
    if attempts and attempts[-1].pk in holds:
        return Receipt(
            f"Unknown, perhaps {usd(held)}", f"{count}. The money is kept until it is known.", "warn", held
        )
    found = _settled([attempt for attempt in attempts if attempt.pk not in holds], count)
    if not held:
        return found
    return replace(found, words=f"{found.words}, and {usd(held)} still unknown", tone="warn", held=held)


@register.filter
def in_short(step: Step) -> str:
    """Return the receipt of a step that failed in two words, for its tile; nothing where no provider was asked."""
    if step.status == Status.UNCONFIRMED:
        return "Bill unknown"
    paid = [attempt for attempt in step.attempts.all() if attempt.bill != Bill.FREE]
    if sum((attempt.cost_usd for attempt in paid), NOTHING):
        return _settled(paid, "").words
    if any(attempt.bill == Bill.UNKNOWN for attempt in paid):
        return "Bill unknown"
    return "Not billed" if paid else ""


def _settled(attempts: list[Attempt], count: str) -> Receipt:
    """Return the receipt of attempts for which nothing is held any more."""
    cost = sum((attempt.cost_usd for attempt in attempts), NOTHING)
    if cost:
        unsure = any(attempt.bill == Bill.UNKNOWN and attempt.cost_usd for attempt in attempts)
        quoted = usd(_quoted(attempts))
        words = f"Booked {usd(cost)}, bill unknown" if unsure else f"{usd(cost)} charged"
        aside = " ".join((f"Quoted {quoted} at most, {count}.", *_disbelieved(attempts)))
        return Receipt(words, aside, "warn" if unsure else "")
    if any(attempt.bill == Bill.UNKNOWN for attempt in attempts):
        aside = f"The provider gave no count, {count}. A later one corrects it."
        return Receipt("Nothing booked, bill unknown", aside, "warn")
    if attempts and attempts[-1].state == AttemptState.WRITTEN_OFF:
        return Receipt("Not billed", f"{_decided(attempts[-1])}, {count}.", "ok")
    return Receipt("Not billed", f"By the provider's terms, {count}.", "ok")


def _decided(attempt: Attempt) -> str:
    """Return who has written an attempt off."""
    said = (
        attempt.receipts.select_related("by").filter(kind="decision", by__isnull=False).order_by("pk").last()
    )
    return f"As {said.by} saw on the bill" if said else "Written off"


def _disbelieved(attempts: list[Attempt]) -> Iterator[str]:
    """Yield what is booked in place of a count that cannot be."""
    for attempt in attempts:
        if attempt.bill == Bill.UNKNOWN and (counted := attempt.disbelieved) is not None:
            yield f"The provider counted {usd(counted)}, which cannot be; {usd(attempt.cost_usd)} is booked."


def _quoted(attempts: list[Attempt]) -> Decimal:
    return sum((attempt.quote_usd for attempt in attempts if attempt.cost_usd), NOTHING)


def _holds(step: Step) -> dict[int, Decimal]:
    """Return, by attempt, what is reserved for a step and neither charged nor released."""
    ended = Spend.objects.filter(attempt__step=step, kind=Spend.Kind.CHARGE).values("attempt")
    open_ = Spend.objects.filter(attempt__step=step, kind=Spend.Kind.RESERVE).exclude(attempt__in=ended)
    return {line.attempt_id: line.usd for line in open_}


@register.filter
def price_again(step: Step) -> Decimal | None:
    """Return the most that starting a step again may cost; None where it would be refused as it is."""
    return price_after(step, step.attempts.order_by("-number").first())


def price_after(step: Step, last: Attempt | None) -> Decimal | None:
    """Return the same for a step whose last start is at hand."""
    if last is None or last.bill == Bill.FREE or not is_paid(step) or last.state == AttemptState.FINISHED:
        return NOTHING
    return repeats.price_now(step)
