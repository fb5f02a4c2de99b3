"""What each task costs at least, as it stands on its card: free, and from how much with the doors that are open."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.cache import cache

from projects import catalogue
from projects.actions import choice
from projects.catalogue.base import Task
from projects.engines.models import Model
from projects.models import Door, model

NEW_CLIPS = frozenset({"video.text", "video.image", "video.refs", "video.frames"})
"""What makes a clip where there was none: such a task costs by the second, whatever stills come before it."""
KEPT_SECONDS = 60
"""A new key or price shows on the cards this late; the form always asks anew."""


def prices(team_id: int, kind: str = "") -> dict[str, str]:
    """Return the least price of each task for a team, by slug; `kind` is that of the file it begins with."""
    found = cache.get_or_set(f"shelf:{team_id}:{kind}", lambda: _prices(team_id, kind), KEPT_SECONDS)
    return dict(found or {})


def _prices(team_id: int, kind: str) -> dict[str, str]:
    kinds = {row.kind for row in Door.objects.of_team(team_id).working()}
    open_ = [one for one in model.merged() if one.is_offered and one.door in kinds] if kinds else []
    return {slug: price_of(task, open_, kind) for slug, task in catalogue.all_tasks().items()}


def price_of(task: Task, open_: Iterable[Model], kind: str = "") -> str:
    """Return the least price of a task, free or not, with these models; a clip is changed by the second."""
    free = any(not engine.paid for engine in choice.engines_for(task))
    of_clips = {need for need in task.needs if kind == "video" and need.startswith("video.")}
    needs = task.needs & NEW_CLIPS or of_clips or task.needs
    fitting = [one for one in open_ if needs & one.abilities]
    pictures = [usd for one in fitting for usd in one.image.values()]
    seconds = [usd for one in fitting for usd in one.video_second.values()]
    if not pictures and not seconds:
        return "free" if free else "needs a key"
    paid = f"from ${min(pictures):.2f}" if pictures else f"from ${min(seconds):.2f} a second"
    return f"free, or {paid}" if free else paid
