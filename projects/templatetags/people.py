"""What a page asks about the people in its pictures."""

from __future__ import annotations

from dataclasses import dataclass

from django import template

from projects.actions import choice
from projects.forms import TaskForm
from projects.models import Asset, Consent
from projects.models.project import People
from projects.policies import Need, need
from projects.templatetags.inputs import chosen_in

register = template.Library()


@dataclass(frozen=True, slots=True)
class Question:
    """What a form has to ask before its pictures may be sent: of which files, or what is to be confirmed."""

    assets: tuple[Asset, ...] = ()
    kind: str = ""

    @property
    def words(self) -> str:
        """Return what is confirmed."""
        return str(Consent.Kind(self.kind).label)


@register.filter
def question(form: TaskForm) -> Question | None:
    """Return what stands between a form's pictures and its paid engines, as far as a person can answer it."""
    is_sold = form.market.doors and any(engine.paid for engine in choice.engines_for(form.task))
    if not form.can_make or not is_sold:
        return None
    chosen = [asset for slot in form.task.slots for asset in chosen_in(form, slot)]
    found = need([asset.who for asset in chosen], form.market.confirmed, is_limited=form.market.is_limited)
    if found == Need.ANSWER:
        return Question(tuple(dict.fromkeys(asset for asset in chosen if asset.who == People.UNSURE)))
    return Question(kind=found) if found in {Need.ADULTS, Need.RIGHTS} else None


@register.simple_tag
def answers() -> list[tuple[str, str]]:
    """Return the answers with their labels."""
    return list(People.choices)
