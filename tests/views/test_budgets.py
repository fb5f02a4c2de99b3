"""The pages of a budget: who is led there, what can be typed, and what is said afterwards."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client

from projects.models import Budget, Team
from tests import factories

pytestmark = pytest.mark.django_db


def browser_of(user: User) -> Client:
    """Return a browser of this person."""
    client = Client()
    client.force_login(user)
    return client


def test_only_who_sets_budgets_is_led_there() -> None:
    project = factories.make_project()
    own, team = f"/projects/{project.pk}/budget/", f"/teams/{project.team_id}/budget/"
    owner, editor = project.created_by, factories.make_member(project.team, "editor")

    pages = {
        user.username: [
            browser_of(user).get(address).content.decode()
            for address in (f"/projects/{project.pk}/spend/", "/spend/")
        ]
        for user in (owner, editor)
    }

    assert [own in page for page in pages[owner.username]] == [True, False]
    assert [team in page for page in pages[owner.username]] == [True, True]
    assert not [page for page in pages[editor.username] if own in page or team in page]


def test_a_producer_sets_the_budgets() -> None:
    project = factories.make_project()
    client = browser_of(factories.make_member(project.team, "producer"))

    team = client.post(f"/teams/{project.team_id}/budget/", {"usd": "80.50"}, follow=True).content.decode()
    own = client.post(f"/projects/{project.pk}/budget/", {"usd": "0"}, follow=True).content.decode()

    assert "The budget is $80.50; $80.50 of it is left." in team
    assert "which is used up: nothing paid can start." in own
    assert Budget.objects.get(scope="team").limit_usd == Decimal("80.5")
    client.post(f"/projects/{project.pk}/budget/", {"usd": ""})
    assert not Budget.objects.filter(scope="project").exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter an amount in US dollars"),
        ("-1", "cannot be below 0"),
        ("many", "Write the amount in digits"),
        ("NaN", "Write the amount in digits"),
        ("1.001", "two decimals at most"),
        ("1000000", "The largest budget is $999,999."),
        ("1e30", "The largest budget is $999,999."),
    ],
)
def test_an_odd_amount_is_refused_beside_the_field(typed: str, sentence: str) -> None:
    project = factories.make_project()

    answer = browser_of(project.created_by).post(f"/teams/{project.team_id}/budget/", {"usd": typed})

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Budget.objects.exists()


def test_another_teams_budget_does_not_exist() -> None:
    project = factories.make_project()
    owner_of_another = factories.make_project().created_by

    assert browser_of(owner_of_another).get(f"/teams/{project.team_id}/budget/").status_code == 404
    assert Team.objects.count() == 2
