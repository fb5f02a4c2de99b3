"""What a command line says about the people in its files, and what it has to say before a provider gets them."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import User

from projects import actions, engines, policies
from projects.actions import Refused
from projects.models import Asset, Project
from projects.policies import SENTENCES, Need, need

REMEDIES = {
    Need.ANSWER: "Add --people none, adults or minors.",
    Need.ADULTS: "Add --consent if that is so.",
    Need.RIGHTS: "Add --consent if that is so.",
}


def settle(
    user: User, project: Project, assets: Sequence[Asset], engine: str, *, who: str, consents: bool
) -> None:
    """Keep what was said, and see that an engine that is paid may have these files. Raises Refused with the remedy.

    who: the answer for all of them, or nothing. consents: that the confirmation which is asked for is given.
    """
    for asset in assets if who else ():
        actions.people.answer(user, asset, who)
    if not engine or not engines.all_engines()[engine].paid:
        return
    found = _needed(user, project, assets)
    if consents and found in {Need.ADULTS, Need.RIGHTS}:
        actions.people.confirm(user, project, found)
        found = _needed(user, project, assets)
    if found:
        raise Refused(f"{SENTENCES[found]} {REMEDIES.get(found, '')}".strip())


def _needed(user: User, project: Project, assets: Sequence[Asset]) -> Need | None:
    said, confirmed = [asset.who for asset in assets], policies.confirmed(project)
    return need(said, confirmed, is_limited=policies.is_limited(project, user.pk))
