"""The spend page: what it says, who sees it, and its ledger in pages and as a table."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.models import Attempt, Project, Role, Spend, Step
from projects.policies import ABILITIES, Ability
from projects.states import AttemptState, Bill
from projects.views.spend_csv import DANGEROUS, safe
from tests import factories, paying

pytestmark = pytest.mark.django_db


def browser_of(user: User) -> Client:
    """Return a browser of this person."""
    client = Client()
    client.force_login(user)
    return client


def words(user: User, address: str) -> str:
    """Return what a page says, without its tags and on one line."""
    page = browser_of(user).get(address).content.decode()
    return " ".join(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", page, flags=re.DOTALL).split())


def spend_of(project: Project, query: str = "") -> str:
    """Return what the owner reads on a project's page."""
    return words(project.created_by, f"/projects/{project.pk}/spend/{query}")


def table_of(response: Any) -> list[dict[str, str]]:
    """Return the rows of a sent table, read as the server reads it."""

    async def gathered() -> bytes:
        return b"".join([piece async for piece in response.streaming_content])

    return list(csv.DictReader(io.StringIO(async_to_sync(gathered)().decode("utf-8-sig"))))


def test_whoever_may_make_sees_what_it_costs_and_nobody_else() -> None:
    seeing = {role for role, able in ABILITIES.items() if Ability.MONEY in able}

    assert seeing == {role for role, able in ABILITIES.items() if Ability.MAKE in able}
    assert seeing == {Role.OWNER, Role.PRODUCER, Role.EDITOR}


def test_the_page_tells_quoted_real_held_and_lost_money() -> None:
    project = factories.make_project()
    paying.pay(project, "0.60", "0.45")
    paying.pay(project, "0.70", "0.75", AttemptState.FAILED, code="safety_blocked")
    paying.hold(project, "0.10")

    page = spend_of(project)

    assert "Spent, this month $1.20 3 attempts, quoted $1.40" in page
    assert "Held now $0.10 for 1 attempt under way" in page
    assert "Left $48.70 of $50.00 this month" in page
    assert "Per approved second none yet Approve a version to see it. $0.20 per finished second" in page
    assert "For nothing $0.75 1 attempt without a result" in page
    assert "The provider refused this request 1 attempt $0.75" in page
    assert "Animate product 3 $1.40 $1.20 and $0.10 held $0.75" in page
    assert "Omni 1.2 3 $1.40" in page


def test_money_that_nobody_can_vouch_for_stands_out() -> None:
    project = factories.make_project()
    lost = paying.hold(project, "0.60")
    Attempt.objects.filter(pk=lost.pk).update(state=AttemptState.UNCONFIRMED)

    page = spend_of(project)

    assert "Held now $0.60 $0.60 unconfirmed" in page
    assert "$0.60 Unconfirmed" in page


@pytest.mark.parametrize(
    ("spent", "sentence"),
    [("39.99", ""), ("40.00", "is used to 80 %. $10.00 of $50.00 is left."), ("50.00", "is used up.")],
)
def test_a_budget_warns_from_80_per_cent(spent: str, sentence: str) -> None:
    project = factories.make_project()
    paying.pay(project, spent, spent)

    page = spend_of(project)

    assert (sentence or "80 %") in page if sentence else "is used" not in page


def test_an_empty_page_teaches_what_is_free_and_what_a_clip_costs() -> None:
    project = factories.make_project()
    paying.work_free(project)

    page = spend_of(project)

    assert "Nothing was paid in this period Drafts are free" in page
    assert re.search(r"A clip of 6 seconds by Omni 1\.2 costs about .*\$0\.42 at 720p", page)
    assert "Free" in spend_of(project, "?show=free").split("Ledger")[1]


def test_last_month_is_another_page_than_this_month() -> None:
    project = factories.make_project()
    paying.pay(project, cost="0.45")
    last = timezone.now().replace(day=1) - timedelta(days=2)
    paying.pay(project, "0.60", "0.31", at=last)

    assert "Spent, this month $0.45" in spend_of(project)
    assert "Spent, last month $0.31" in spend_of(project, "?period=last")
    assert "Spent, in all $0.76" in spend_of(project, "?period=all")
    assert "Spent, this month" in spend_of(project, "?period=nonsense")


def test_all_projects_stand_together_without_those_of_strangers_and_of_teams_that_one_only_reviews() -> None:
    mine, other = factories.make_project(name="Autumn launch"), factories.make_project(name="Secret spring")
    reviewed = factories.make_project(name="Looked at")
    reviewed.team.memberships.create(user=mine.created_by, role=Role.REVIEWER)
    second = Project.objects.create(team=mine.team, name="Winter sale", created_by=mine.created_by)
    for project in (mine, second, other, reviewed):
        paying.pay(project, cost="1.00")

    page = words(mine.created_by, "/spend/")

    assert "Spent, this month $2.00" in page
    assert "Autumn launch 1 $0.60 $1.00" in page
    assert "Winter sale 1 $0.60 $1.00" in page
    assert "Secret spring" not in page
    assert "Looked at" not in page


def test_a_reviewer_reads_why_there_are_no_prices() -> None:
    project = factories.make_project()
    reviewer = browser_of(factories.make_member(project.team, "reviewer"))

    for address in (
        f"/projects/{project.pk}/spend/",
        f"/projects/{project.pk}/spend.csv",
        "/spend/",
        "/spend.csv",
    ):
        answer = reviewer.get(address)
        assert answer.status_code == 403
        assert "Prices are for owners, producers and editors" in answer.content.decode()


def test_the_ledger_names_bill_and_units_and_filters_by_the_bill() -> None:
    project = factories.make_project()
    paying.pay(project, name="Golden hour")
    paying.pay(project, "0.60", "0.00", AttemptState.REFUSED, bill=Bill.NOT_BILLED, name="Noon haze")
    paying.hold(project, name="Lower sun")

    ledger = spend_of(project).split("Ledger")[1]

    assert re.search(r"Golden hour .*Omni 1\.2 6 s \$0\.60 \$0\.45 Billed", ledger)
    assert re.search(r"Noon haze .*Omni 1\.2 \$0\.60 \$0\.00 Not billed", ledger)
    assert re.search(r"Lower sun .*Omni 1\.2 \$0\.60 Held", ledger)
    assert "Golden hour" not in spend_of(project, "?show=not_billed").split("Ledger")[1]


def many(project: Project, count: int) -> None:
    """Add so many paid attempts of several tasks, people and days, without a walk through each."""
    first = paying.pay(project)
    step, team = first.step, project.team
    people = [project.created_by, *(factories.make_user() for _ in range(4))]
    tasks = ("animate-product", "short-ad", "edit-clip", "replace-background")
    attempts = Attempt.objects.bulk_create(
        Attempt(
            step=step, number=number + 2, model=paying.OMNI, quote_usd="0.60", cost_usd="0.45",
            state="stored", bill="billed",
        )
        for number in range(count)
    )  # fmt: skip
    lines = [
        Spend(
            attempt=attempt, kind=kind, usd="0.60", team=team, project=project, model=paying.OMNI,
            task=tasks[number % 4], by=people[number % 5],
        )
        for number, attempt in enumerate(attempts) for kind in ("reserve", "release", "charge")
    ]  # fmt: skip
    Spend.objects.bulk_create(lines)


@pytest.mark.parametrize("address", ["/spend/", "/projects/{}/spend/"])
def test_a_long_ledger_costs_no_more_queries(address: str) -> None:
    project = factories.make_project()
    client = browser_of(project.created_by)
    paying.pay(project)

    with CaptureQueriesContext(connection) as few:
        client.get(address.format(project.pk))
    many(project, 400)
    with CaptureQueriesContext(connection) as lots:
        client.get(address.format(project.pk))

    assert len(lots) <= len(few) <= 13


def test_the_ledger_goes_on_in_pages_and_shows_each_line_once() -> None:
    project = factories.make_project()
    client = browser_of(project.created_by)
    many(project, 130)
    seen: list[str] = []
    address: str | None = "?"

    while address:
        part = {"HX-Request": "true"} if "after" in address else {}
        page = client.get(f"/projects/{project.pk}/spend/{address}", headers=part).content.decode()
        rows = page.split('id="ledger"')[-1]
        seen += re.findall(r"attempt (\d+)</span>", rows)
        more = re.search(r'hx-get="(\?[^"]*after=\d+)"', rows)
        address = more.group(1).replace("&amp;", "&") if more else None
        assert "<html" not in page or not part

    assert seen == [str(number) for number in range(131, 1, -1)]


def test_the_table_has_every_line_and_runs_nothing_in_a_spreadsheet() -> None:
    project = factories.make_project(name="=1+1")
    paying.pay(project, "0.60", "0.123456", name="@SUM(A1)")
    paying.hold(project, name="+49 30")
    paying.pay(project, "0.60", "0.60", AttemptState.FAILED, code="timed_out", name="plain")

    rows = table_of(browser_of(project.created_by).get(f"/projects/{project.pk}/spend.csv"))

    assert [row["name"] for row in rows] == ["plain", "'+49 30", "'@SUM(A1)"]
    assert {row["project"] for row in rows} == {"'=1+1"}
    assert [row["cost (USD)"] for row in rows] == ["0.600000", "", "0.123456"]
    assert [row["held (USD)"] for row in rows] == ["", "0.600000", ""]
    assert rows[0]["paid for nothing, because"] == "It took longer than the limit"
    assert [safe(f"{letter}x") for letter in DANGEROUS] == [f"'{letter}x" for letter in DANGEROUS]
    assert safe("x=1") == "x=1"


def test_the_table_follows_the_filter_of_the_page_and_holds_more_than_a_page() -> None:
    project = factories.make_project()
    many(project, 620)
    paying.hold(project, name="Lower sun")
    client = browser_of(project.created_by)

    billed = client.get("/spend.csv?period=all&show=billed")

    assert billed["Content-Disposition"] == 'attachment; filename="spend-all.csv"'
    assert len(table_of(billed)) == 621
    assert [row["name"] for row in table_of(client.get("/spend.csv?show=unknown"))] == ["Lower sun"]
    assert table_of(client.get("/spend.csv?period=last")) == []


def test_a_deleted_step_keeps_its_line() -> None:
    project = factories.make_project()
    attempt = paying.pay(project, name="Golden hour")
    Step.objects.filter(pk=attempt.step_id).update(deleted_at=timezone.now())

    page = spend_of(project)

    assert "Golden hour deleted" in page
    assert "$0.075 per finished second. Deleted clips count" in page
