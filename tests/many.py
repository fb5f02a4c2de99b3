"""Full tables, for what must stay quick when a studio has been used for years."""

from __future__ import annotations

from django.contrib.auth.models import User

from projects.models import (
    Asset,
    Attempt,
    Budget,
    Member,
    Order,
    Project,
    Receipt,
    Role,
    Spend,
    Step,
    Team,
    Upload,
)
from projects.states import Bill

MANY, SOME, TEAMS = 10_000, 1_000, 200


def fill(step: Step) -> None:
    """Make 10,000 steps like this one, as many attempts and assets, and money for some, in 200 teams."""
    people = User.objects.bulk_create([User(username=f"u{index}") for index in range(TEAMS)])
    teams = Team.objects.bulk_create([Team(name=f"Team {index}") for index in range(TEAMS)])
    pairs = list(zip(teams, people, strict=True))
    Member.objects.bulk_create([Member(team=team, user=person, role=Role.EDITOR) for team, person in pairs])
    Budget.objects.bulk_create([Budget(scope="team", team=team, limit_usd=5) for team in teams])
    projects = Project.objects.bulk_create(
        [Project(team=team, name=f"Project of {team.name}", created_by=person) for team, person in pairs]
    )
    orders = Order.objects.bulk_create(
        [Order(project=entry, by=entry.created_by, task=step.task) for entry in projects]
    )
    Upload.objects.bulk_create(
        [Upload(project=entry, by=entry.created_by, name="clip.mp4", size=9) for entry in projects]
    )
    _make_steps(orders, step)
    file = {"kind": "image", "name": "a.jpg", "extension": "jpg", "mime": "image/jpeg", "bytes": 9}
    Asset.objects.bulk_create(
        [Asset(project=projects[index % TEAMS], sha256=f"{index:064x}", **file) for index in range(MANY)]
    )


def _make_steps(orders: list[Order], like: Step) -> None:
    """Make 10,000 steps with an attempt each; some have a receipt and a line of spend."""
    common = {
        "task": like.task,
        "ability": like.ability,
        "wish": like.wish,
        "engine": "draft",
        "name": "Orbit",
    }
    steps = Step.objects.bulk_create(
        [
            Step(order=orders[index % TEAMS], project=orders[index % TEAMS].project, take=index, **common)
            for index in range(MANY)
        ]
    )
    attempts = Attempt.objects.bulk_create([Attempt(step=step, number=1, bill=Bill.FREE) for step in steps])
    Receipt.objects.bulk_create(
        [Receipt(attempt=entry, kind="end", dedupe_key=f"many:{entry.pk}") for entry in attempts[:SOME]]
    )
    Spend.objects.bulk_create(
        [
            Spend(
                attempt=entry, kind="charge", usd=1, team=entry.step.project.team, project=entry.step.project
            )
            for entry in attempts[:SOME]
        ]
    )
