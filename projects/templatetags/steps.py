"""What a step's parts say about it: its phases, its time, what has happened, what went wrong and what to do next.

Each takes the step alone, so that a page and a socket show the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django import template
from django.urls import reverse
from django.utils import timezone

from projects import engines
from projects.actions import repeats
from projects.actions.chains import is_lost
from projects.failures import Choice, Code
from projects.models import Attempt, Step
from projects.states import AttemptState, Phase, Status
from projects.templatetags import bills
from projects.templatetags.bills import NOTHING
from projects.templatetags.chosen import chosen
from projects.templatetags.money import usd
from projects.templatetags.studio import UNANSWERED, failure, title, under_way, word

register = template.Library()
register.filter(chosen)
register.filter(is_lost)

WORK = {
    Phase.PREPARING: ("Preparing", "files and settings are checked"),
    Phase.GENERATING: ("Generating", "every frame is made"),
    Phase.COLLECTING: ("Collecting", "the result is fetched"),
    Phase.FINISHING: ("Finishing", "opened, checked, filmstrip made"),
}
WITHOUT_CODE = {
    Status.CANCELLED: (
        "This step was cancelled.",
        "Nothing was made and nothing is billed. Start it again, or change a setting first.",
    ),
    Status.UNCONFIRMED: (
        "We cannot tell whether this was started.",
        "The answer was lost between asking the provider and hearing back. It was never sent again: a person "
        "decides that.",
    ),
}
BAR_STOPS = 0.95
"""A bar of seconds never claims the end: only a new phase does."""


@register.filter
def seconds_so_far(step: Step) -> float:
    """Return the seconds from its start to its end, or to now; nothing before it starts.

    One that waits for a person or the provider stands still since it last changed.
    """
    if step.started_at is None:
        return 0.0
    until = timezone.now() if step.status == Status.RUNNING else step.changed_at
    return max(0.0, ((step.ended_at or until) - step.started_at).total_seconds())


@register.filter
def usual(step: Step) -> str:
    """Return how long such a step usually takes, or nothing where nobody knows."""
    return f"Usually about {step.seconds_usual:.0f} s" if step.seconds_usual else ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """One of the four phases: `done`, `now` or `next`; the one of now has a bar where something is measured."""

    label: str
    state: str
    sentence: str
    value: float | None = None
    most: float = 100


@register.filter
def phases(step: Step) -> list[Stretch]:
    """Return the four phases of a step, the present one with what is measured: frames made, else seconds."""
    order = list(Phase)
    at = order.index(Phase(step.phase)) if step.status == Status.RUNNING and step.phase else -1
    return [
        _now(step, phase)
        if index == at
        else Stretch(WORK[phase][0], "done" if index < at else "next", WORK[phase][1])
        for index, phase in enumerate(order)
    ]


def _now(step: Step, phase: Phase) -> Stretch:
    label, sentence = WORK[phase]
    if step.share:
        return Stretch(label, "now", f"{step.share:.0%} of the frames made", round(step.share * 100, 1))
    if step.seconds_usual and phase == Phase.GENERATING:
        spent = min(seconds_so_far(step), BAR_STOPS * step.seconds_usual)
        return Stretch(label, "now", sentence, round(spent, 1), round(step.seconds_usual, 1))
    return Stretch(label, "now", sentence)


def ordinal_ending(number: int) -> str:
    """Return what is written behind a place in line: 1st, 2nd, 11th."""
    if number % 100 in {11, 12, 13}:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of what has happened; the last one of a running step is `now`."""

    at: datetime
    sentence: str
    now: bool = False


@register.filter
def log(step: Step) -> list[Line]:
    """Return what has happened to a step, oldest first."""
    lines = [Line(step.created_at, f"Asked for by {step.order.by}")]
    if step.started_at:
        lines.append(Line(step.started_at, f"Started by {engine_label(step)}"))
    if step.recoveries and under_way(step):
        lines.append(Line(step.changed_at, "Picked up again after a restart"))
    if step.ended_at:
        lines.append(Line(step.ended_at, word(step)))
    elif step.status == Status.RUNNING:
        lines.append(
            Line(step.changed_at, step.note or WORK[Phase(step.phase or Phase.PREPARING)][0], now=True)
        )
    elif step.note:
        lines.append(Line(step.changed_at, step.note, now=True))
    return lines


@register.filter
def engine_label(step: Step) -> str:
    """Return the engine's name, also of one that is gone."""
    engine = engines.all_engines().get(step.engine)
    return engine.label if engine else step.engine


@dataclass(frozen=True, slots=True)
class Offer:
    """What a person can do after a failure: a verb with its price, what it does, and where it leads."""

    verb: str
    sentence: str
    icon: str
    href: str
    posts: bool = False
    usd: Decimal = NOTHING
    """What it may cost: named on the button, and agreed to by pressing it."""
    is_free: bool = False
    """Whether nothing that it leads to can cost anything."""


@register.filter
def offers(step: Step, can_manage: bool = False) -> list[Offer]:
    """Return what a person can do next, the best first; the keys are for who may manage the team."""
    starts, why = attempts(step), failure(step)
    is_kept = any(start.state == AttemptState.FINISHED for start in starts)
    known = _known(step, _retry(step, starts[-1] if starts else None, is_kept=is_kept))
    choices = why.choices if why else (Choice.RETRY, Choice.ADJUST)
    barred = {Choice.DRAFT} if step.engine == "draft" else set()
    barred |= set() if can_manage else {Choice.KEY}
    if Choice.OTHER_MODEL in choices:
        known[Choice.OTHER_MODEL] = other = _other(step)
        barred |= {Choice.ADJUST} if other or _is_shut(step) else set()
    wanted = [choice for choice in choices if choice not in barred]
    if Choice.RETRY not in wanted and step.code not in {Code.CHAIN_EXPIRED, Code.MODEL_UNAVAILABLE}:
        wanted.append(Choice.RETRY)
    if is_kept:  # what is paid for and costs nothing more comes before what costs again
        wanted = [Choice.RETRY, *(choice for choice in wanted if choice != Choice.RETRY)]
    found = [offer for choice in wanted if (offer := known[choice]) is not None]
    form = known[Choice.ADJUST]
    return found or ([form] if form else [])


def _known(step: Step, retry: Offer | None) -> dict[Choice, Offer | None]:
    form = again_url(step)
    return {
        Choice.RETRY: retry,
        Choice.ADJUST: Offer(
            "Change a setting", "Opens the form with everything as you set it.", "sliders-horizontal", form
        ),
        Choice.WORDS: Offer(
            "Change the words",
            "Opens the form with your words; another picture can be chosen there too.",
            "pencil-line",
            f"{form}#composed",
        ),
        Choice.DRAFT: Offer(
            "Make a draft",
            "The draft engine does the same task here.",
            "scan",
            f"{form}&engine=draft",
            is_free=True,
        ),
        Choice.OTHER_FILE: Offer(
            "Choose another file",
            "Opens the form with your settings, and room for another file.",
            "image",
            f"{form}&without=files",
        ),
        Choice.KEY: Offer(
            "Add a key" if step.code == Code.CREDENTIALS_MISSING else "Change the key",
            "Opens the keys of the team. A new one is tested as it is saved.",
            "lock",
            reverse("projects:team-doors", args=[step.project.team_id]),
        ),
    }


def _other(step: Step) -> Offer | None:
    """Return the offer of another model that makes the same; None where there is none."""
    if (other := repeats.other(step)) is None:
        return None
    sentence = f"{usd(other.found.total)} at most. Opens the form with everything as you set it."
    address = f"{again_url(step)}&engine={other.found.offer.engine.key}&model={other.model.id}"
    return Offer(f"Make it with {other.model.label}", sentence, "repeat", address)


def _is_shut(step: Step) -> bool:
    """Return whether the form would refuse the same again."""
    return step.code == Code.MODEL_UNAVAILABLE or repeats.is_refused_as_it_is(step)


def _retry(step: Step, last: Attempt | None, *, is_kept: bool) -> Offer | None:
    """Return the offer to start again; a result that is paid for, and only its file is missing, is fetched again.

    None where the provider, or the model's row of today, would refuse the same once more.
    """
    if (price := bills.price_after(step, last)) is None:
        return None
    verb, sentence = "Start again", "The same request once more, with nothing changed."
    if is_kept:
        verb, sentence = "Fetch again", "The result is paid for and kept. Only its file is fetched once more."
    elif last is not None and last.state in UNANSWERED:
        sentence = "If the first one did start, you pay for two."
    address = reverse("projects:step-retry", args=[step.pk])
    return Offer(verb, sentence, "refresh-cw", address, posts=True, usd=price)


@register.filter
def heading(step: Step) -> str:
    """Return what happened to a step that has no result, in one sentence."""
    if step.status == Status.UNCONFIRMED:
        return WITHOUT_CODE[Status.UNCONFIRMED][0]
    return title(step) or WITHOUT_CODE[Status(step.status)][0]


@register.filter
def cause(step: Step) -> str:
    """Return why it happened: the engine's own sentence for this step, else the one of its code."""
    if step.status == Status.UNCONFIRMED:
        return WITHOUT_CODE[Status.UNCONFIRMED][1]
    why = failure(step)
    return step.sentence or (why.why if why else WITHOUT_CODE[Status(step.status)][1])


@register.filter
def again_url(step: Step) -> str:
    """Return the address of the form with a step's own settings."""
    return f"{reverse('projects:make', args=[step.project_id, step.task])}?like=step:{step.pk}"


@register.filter
def made_by(step: Step) -> str:
    """Return how a result came to be, honestly: a draft is no model's work."""
    if bills.is_paid(step):
        return f"Made by {engine_label(step)} ({step.model}). The provider marks it with SynthID."
    if step.engine == "draft":
        return "Made by the draft engine on this server, with no generative model."
    if step.output and step.output.is_draft:
        return f"Made by the {engine_label(step)} engine on this server, from a draft."
    return f"Made by the {engine_label(step)} engine, and final."


@register.filter
def work_time(step: Step) -> str:
    """Return how long a step took."""
    return f"{seconds_so_far(step):.0f} s of work."


@register.filter
def attempts(step: Step) -> list[Attempt]:
    """Return every start of a step, first to last."""
    return list(step.attempts.order_by("number"))
