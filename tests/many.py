"""Full tables, for what must stay quick when a studio has been used for years."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import connection

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
    _make_steps(orders[0], step)
    file = {"kind": "image", "name": "a.jpg", "extension": "jpg", "mime": "image/jpeg", "bytes": 9}
    asset = Asset.objects.create(project=projects[0], sha256="f" * 64, **file)
    _copy(asset, project_id=_spread(projects[0]), sha256="printf('%064x', n)")


def _make_steps(order: Order, like: Step) -> None:
    """Make 10,000 steps with an attempt each; some have a receipt and a line of spend."""
    common = {
        "task": like.task,
        "ability": like.ability,
        "wish": like.wish,
        "engine": "draft",
        "name": "Orbit",
    }
    step = Step.objects.create(order=order, project=order.project, take=0, **common)
    _copy(step, take="n", order_id=_spread(order), project_id=_spread(order.project))
    attempt = Attempt.objects.create(step=step, number=1, bill=Bill.FREE)
    _copy(attempt, step_id=f"{step.pk} + n", uuid="printf('%032x', n)")
    some = (
        Attempt.objects.filter(pk__gte=attempt.pk).select_related("step__project__team").order_by("pk")[:SOME]
    )
    Receipt.objects.bulk_create(
        [Receipt(attempt=entry, kind="end", dedupe_key=f"many:{entry.pk}") for entry in some]
    )
    Spend.objects.bulk_create(
        [
            Spend(
                attempt=entry, kind="charge", usd=1, team=entry.step.project.team, project=entry.step.project
            )
            for entry in some
        ]
    )


def _spread(first: Order | Project) -> str:
    """Return the SQL of one of the rows that were made together, in turn."""
    return f"{first.pk} + n % {TEAMS}"


def _copy(row: Asset | Attempt | Step, **changed: str) -> None:
    """Copy a row until there are 10,000, in the database itself. `changed`: SQL by column; `n` counts the copies."""
    table, names = row._meta.db_table, [field.column for field in row._meta.concrete_fields]
    names.remove("id")
    values = ", ".join(changed.get(name, name) for name in names)
    numbers = f"numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {MANY - 1})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE {numbers} INSERT INTO {table} ({', '.join(names)}) "  # noqa: S608 - our own names
            f"SELECT {values} FROM {table}, numbers WHERE id = {row.pk}"
        )
