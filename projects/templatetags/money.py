"""The words for money: amounts, bars of budgets and days, what a bill says, and why money was wasted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from django import template

from projects.actions.choice import Offer
from projects.actions.orders import Checked
from projects.engines import stills
from projects.failures import FAILURES, Code
from projects.models import Attempt, Budget
from projects.models.ledger import NO_RESULT
from projects.states import AttemptState, Bill
from projects.templatetags.studio import NEVER_LEARNED

register = template.Library()

CENTS, TENTHS, MOST_IN_A_LINE = 2, 3, 4
"""How many places an amount shows: cents, tenths of a cent, and the finest of a price on a form."""
WARNS_FROM = 80
HEIGHT = 100
REASONS = {
    AttemptState.PRESUMED: NEVER_LEARNED.rstrip("."),
    AttemptState.WRITTEN_OFF: "Left as it was, so counted as charged",
    AttemptState.CANCELLED: "Cancelled after the provider had begun",
}
BILLS = {
    Bill.BILLED: ("Billed", "good"),
    Bill.NOT_BILLED: ("Not billed", ""),
    Bill.FREE: ("Free", ""),
    Bill.UNKNOWN: ("Unknown", "warn"),
}


@register.filter
def usd(amount: Decimal | None, places: int = 0) -> str:
    """Return an amount with so many places, or as people read it: in cents, and below a dollar in tenths of one.

    What is not nothing never reads as nothing.
    """
    exact = amount or Decimal(0)
    places = (places if exact else CENTS) or (TENTHS if abs(exact) < 1 and fraction(exact) > CENTS else CENTS)
    shown = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"under ${Decimal(1).scaleb(-places)}" if exact and not shown else f"${shown:,}"


def fraction(*amounts: Decimal) -> int:
    """Return with how many places each of some amounts is whole, cents at least."""
    return max([CENTS, *(-int(one.normalize().as_tuple().exponent) for one in amounts)])


@register.filter
def exactly(amount: Decimal, places: int = CENTS) -> str:
    """Return an amount with all its places and at least so many: such a column adds up."""
    return f"${amount:,.{max(places, fraction(amount))}f}"


@register.filter
def price(amount: Decimal | None) -> str:
    """Return what stands on a button."""
    return usd(amount) if amount else "free"


@register.filter
def sums(found: Checked) -> str:
    """Return the price of a request; of a plan that may stop in between, what is held now and what then."""
    return f"{usd(found.now)} now, then {usd(found.then)}" if found.then else usd(found.now)


@register.filter
def terms(found: Checked) -> str:
    """Return how the price of a request adds up, stage by stage."""
    stages = zip(found.offers, found.plan.stages, strict=True)
    return ", then ".join(_terms(offer, stage.takes) for offer, stage in stages)


def _terms(offer: Offer, takes: int) -> str:
    """Return what one result costs and how often: what is made, and the most that comes on top, up to the cent."""
    quote = offer.verdict.quote
    if quote is None or not quote.usd_max:
        return "free"
    more, on_top = quote.usd_max - quote.usd_measured, "inputs and thinking"
    places = min(MOST_IN_A_LINE, fraction(quote.usd_measured, more))
    if stills.is_grounded(offer.request):
        on_top = "inputs, thinking and look-ups"
    one = f"{', '.join(quote.lines)}: {usd(quote.usd_measured, places)}"
    one += f"; {on_top}: up to {usd(more, places)}" if more else ""
    return one if takes == 1 else f"{takes} \u00d7 {usd(offer.usd)} ({one})"


@register.filter
def left(budget: Budget) -> Decimal:
    """Return what can still be reserved, as people count: overspent is nothing left.

    In whole tenths of a cent: rounded up, it would seem to cover what it does not.
    """
    return max(Decimal(0), budget.left).quantize(Decimal("0.001"), ROUND_FLOOR)


@dataclass(frozen=True, slots=True)
class Bar:
    """A budget as a bar: the shares of it that are spent and held, in per cent, and how near the end they are."""

    spent: int
    held: int
    used: int
    tone: str


@register.filter
def bar(budget: Budget) -> Bar:
    """Return how far a budget is used; it warns from 80 % on. A budget of nothing is used up."""
    share, spent = (_share(budget, part) for part in (budget.spent + budget.reserved, budget.spent))
    tone = "bad" if budget.left <= 0 else "warn" if share >= WARNS_FROM else ""
    whole = int(share.quantize(Decimal(1), ROUND_HALF_UP))
    of_it = min(100, int(spent.quantize(Decimal(1), ROUND_HALF_UP)))
    return Bar(of_it, min(100, whole) - of_it, min(whole, 99) if budget.left > 0 else whole, tone)


def _share(budget: Budget, part: Decimal) -> Decimal:
    """Return how much of a budget something is, in per cent."""
    return 100 * part / budget.limit_usd if budget.limit_usd else Decimal(100)


@register.filter
def next_month(budget: Budget) -> date:
    """Return when a budget of a month starts anew."""
    return (budget.starts_on.replace(day=1) + timedelta(days=31)).replace(day=1)


@register.filter
def nearest(budgets: Iterable[Budget]) -> Budget | None:
    """Return the budget that is used most."""
    return max(budgets, key=lambda budget: bar(budget).used, default=None)


@dataclass(frozen=True, slots=True)
class Column:
    """One day of the chart: where it stands, and how high what was useful and what was wasted are."""

    x: int
    y: int
    below: int
    useful: int
    waste: int


@register.filter
def columns(days: Iterable[Any]) -> list[Column]:
    """Return the days of a chart of HEIGHT units, 10 units apart; the dearest day fills it."""
    shown = list(days)
    most = max((day.real for day in shown), default=Decimal(0)) or Decimal(1)
    found = []
    for number, day in enumerate(shown):
        height = max(1, int(HEIGHT * day.real / most)) if day.real else 0
        waste = int(height * day.waste / day.real) if day.real else 0
        found.append(Column(number * 10 + 1, HEIGHT - height, HEIGHT - height + waste, height - waste, waste))
    return found


@register.filter
def bill_word(entry: Attempt) -> str:
    """Return what is known of an entry's bill, in a word or two."""
    return _bill(entry)[0]


@register.filter
def bill_tone(entry: Attempt) -> str:
    """Return the class of that word's dot."""
    return _bill(entry)[1]


def _bill(entry: Attempt) -> tuple[str, str]:
    if entry.settled or entry.bill != Bill.UNKNOWN:  # type: ignore[attr-defined] # the ledger's rows have it
        return BILLS[Bill(entry.bill)]
    return ("Unconfirmed", "warn") if entry.state == AttemptState.UNCONFIRMED else ("Held", "run")


@register.filter
def named(model: str, names: dict[str, str]) -> str:
    """Return a model's name for people; one that is gone keeps its id."""
    return names.get(model, model)


@register.filter
def units(entry: Attempt) -> str:
    """Return what the money bought: the seconds of clip that the ledger says, or a still; nothing without a result."""
    output, made = entry.step.output, entry.made  # type: ignore[attr-defined] # the ledger's rows have it
    if entry.state != AttemptState.STORED or output is None:
        return ""
    return f"1 {output.kind}" if made is None else f"{round(float(made), 2):g} s"


@register.filter
def waste_reason(entry: Attempt) -> str:
    """Return why an entry cost money and gave no result, or nothing when it did not."""
    return reason(entry.state, entry.code) if entry.state in NO_RESULT and entry.cost_usd else ""


def reason(state: str, code: str) -> str:
    """Return why an attempt without a result ended."""
    if code in set(Code) and state != AttemptState.PRESUMED:
        return FAILURES[Code(code)].title.rstrip(".")
    return REASONS.get(AttemptState(state), "It ended without a result, and nobody said why")
