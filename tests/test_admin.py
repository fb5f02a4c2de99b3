"""The operator's pages: what they show, what they do, and what they cost with 10,000 rows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

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
    files,
)
from projects.states import AttemptState, Status
from projects.templatetags.bills import receipt
from projects.templatetags.steps import cause
from projects.templatetags.studio import title
from tests import factories, many, paying

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12
MODELS = (Asset, Attempt, Budget, Member, Order, Project, Receipt, Spend, Step, Team, Upload)


def operator() -> User:
    """Return a superuser who belongs to no team."""
    return User.objects.create_superuser("operator", password=factories.PASSWORD)


def signed_in(user: User, client: Client) -> Client:
    """Return the client with this person signed in."""
    client.force_login(user)
    return client


def changelist(model: type) -> str:
    """Return the address of a model's list."""
    return reverse(f"admin:projects_{model.__name__.lower()}_changelist")


def change(row: Any) -> str:
    """Return the address of one row's page."""
    return reverse(f"admin:projects_{type(row).__name__.lower()}_change", args=[row.pk])


def act(client: Client, action: str, *steps: Step) -> list[str]:
    """Run an action on steps and return the sentences that the page then shows."""
    data = {"action": action, "_selected_action": [step.pk for step in steps]}
    page = client.post(changelist(Step), data, follow=True)
    assert page.status_code == 200
    return [str(message) for message in page.context["messages"]]


def test_the_list_of_steps_tells_what_an_operator_asks_first(client: Client) -> None:
    photo = factories.make_asset(factories.make_project(name="Harvest"))
    step = factories.make_step(photo, Status.FAILED, code="output_corrupt", detail="moov atom not found")
    signed_in(operator(), client)

    listed = client.get(changelist(Step)).content.decode()
    page = client.get(change(step)).content.decode()

    assert all(word in listed for word in ("failed", "output corrupt", "animate-product", "draft", "Harvest"))
    assert "moov atom not found" in page
    assert "Attempt" in page


def test_filters_come_from_the_catalogue_and_the_engines(client: Client) -> None:
    photo = factories.make_asset(factories.make_project())
    kept = factories.make_step(photo, task="change-lighting")
    factories.make_step(photo)
    signed_in(operator(), client)

    page = client.get(changelist(Step), {"task": "change-lighting", "engine": "draft", "status": "queued"})

    assert [step.pk for step in page.context["cl"].result_list] == [kept.pk]
    text = page.content.decode()
    assert all(
        f"?task={slug}" in text or f"task={slug}" in text for slug in ("add-subtitles", "vertical-version")
    )
    assert "engine=local" in text


def test_a_team_filter_keeps_to_its_team(client: Client) -> None:
    mine = factories.make_step(factories.make_asset(factories.make_project()))
    factories.make_step(factories.make_asset(factories.make_project()))
    signed_in(operator(), client)

    page = client.get(changelist(Step), {"team": mine.project.team_id})

    assert [step.pk for step in page.context["cl"].result_list] == [mine.pk]


def test_an_operator_of_no_team_cancels_and_retries_with_a_sentence_each(client: Client) -> None:
    photo = factories.make_asset(factories.make_project())
    queued, failed = factories.make_step(photo), factories.make_step(photo, Status.FAILED)
    Attempt.objects.filter(step=failed).update(state=AttemptState.FAILED)
    signed_in(operator(), client)

    said = act(client, "cancel", queued) + act(client, "retry", failed)
    queued.refresh_from_db()
    failed.refresh_from_db()

    assert (queued.status, failed.status) == (Status.CANCELLED, Status.QUEUED)
    assert Attempt.objects.filter(step=failed).count() == 2
    assert [sentence.split()[:2] for sentence in said] == [["Step", str(queued.pk)], ["Step", str(failed.pk)]]


def test_a_retry_of_a_step_that_moved_on_says_so_and_changes_nothing(client: Client) -> None:
    step = factories.make_step(factories.make_asset(factories.make_project()), Status.SUCCEEDED)
    signed_in(operator(), client)

    (said,) = act(client, "retry", step)
    step.refresh_from_db()

    assert "moved on" in said
    assert step.status == Status.SUCCEEDED


def test_staff_who_may_only_look_are_offered_no_verbs(client: Client) -> None:
    step = factories.make_step(factories.make_asset(factories.make_project()))
    watcher = factories.make_user()
    watcher.is_staff = True
    watcher.save()
    watcher.user_permissions.add(*permissions("view_step"))
    signed_in(watcher, client)

    page = client.get(changelist(Step))
    client.post(changelist(Step), {"action": "cancel", "_selected_action": [step.pk]})
    step.refresh_from_db()

    assert page.status_code == 200
    assert 'value="cancel"' not in page.content.decode()
    assert step.status == Status.QUEUED


def permissions(*names: str) -> list[Permission]:
    """Return Django's permissions with these names; a flush of a test before may have taken them away."""
    create_permissions(apps.get_app_config("projects"), verbosity=0)
    return list(Permission.objects.filter(codename__in=names))


@pytest.mark.parametrize("model", [Step, Attempt, Receipt, Spend, Order, Asset, Upload])
def test_work_and_money_are_read_only_for_everybody(client: Client, model: Any) -> None:
    rows = make_one_of_each()
    row = rows[model]
    before = model.objects.values().get(pk=row.pk)
    signed_in(operator(), client)

    posted = client.post(change(row), {"status": "succeeded", "usd": "0", "cost_usd": "0", "name": "forged"})
    deleted = client.post(change(row).replace("change", "delete"), {"post": "yes"})
    added = client.get(changelist(model) + "add/")

    assert (posted.status_code, deleted.status_code, added.status_code) == (403, 403, 403)
    assert model.objects.values().get(pk=row.pk) == before


def test_a_budget_limit_can_be_set_and_its_ledger_cannot(client: Client) -> None:
    budget = make_one_of_each()[Budget]
    signed_in(operator(), client)
    fields = {"scope": "team", "team": budget.team_id, "period": "month", "starts_on": "2026-01-01"}

    answer = client.post(change(budget), {**fields, "limit_usd": "75", "reserved": "9", "spent": "9"})
    budget.refresh_from_db()

    assert answer.status_code == 302
    assert (budget.limit_usd, budget.reserved, budget.spent) == (75, 0, Decimal("1.25"))


def test_a_member_is_added_beside_those_who_belong(client: Client) -> None:
    project = factories.make_project()
    member, newcomer = project.team.memberships.get(), factories.make_user("newcomer")
    signed_in(operator(), client)
    forms = {
        "name": project.team.name,
        "memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 1, "memberships-0-id": member.pk,
        "memberships-0-team": project.team_id, "memberships-0-role": Role.PRODUCER,
        "memberships-2-TOTAL_FORMS": 1, "memberships-2-INITIAL_FORMS": 0, "memberships-2-0-team": project.team_id,
        "memberships-2-0-user": newcomer.pk, "memberships-2-0-role": Role.EDITOR, "memberships-2-0-country": "DE",
    }  # fmt: skip

    answer = client.post(change(project.team), forms)

    assert answer.status_code == 302, answer.context["errors"]
    found = project.team.memberships.order_by("pk").values_list("user__username", "role", "country")
    assert list(found) == [(member.user.username, "producer", ""), ("newcomer", "editor", "DE")]


def test_an_operator_sees_the_preview_of_any_asset_and_a_stranger_does_not(client: Client) -> None:
    asset = factories.make_asset(factories.make_project())
    small = files.folder(asset.project.team_id, asset.sha256) / "320.webp"
    small.write_bytes(factories.photo_bytes(kind="WEBP"))
    Asset.objects.filter(pk=asset.pk).update(
        facts={"pictures": {"320": {"file": "320.webp", "width": 96, "height": 72}}}
    )
    address = reverse("admin:projects_asset_preview", args=[asset.pk])

    refused = signed_in(factories.make_user(), client).get(address)
    listed = signed_in(operator(), client).get(changelist(Asset)).content.decode()
    shown = client.get(address)

    assert refused.status_code == 302
    assert address in listed
    assert (shown["Content-Type"], shown.content) == ("image/webp", small.read_bytes())


def test_a_list_of_ten_thousand_rows_takes_few_queries_on_every_page(client: Client) -> None:
    rows = make_one_of_each()
    many.fill(rows[Step])
    assert min(model.objects.count() for model in (Asset, Attempt, Step)) > many.MANY
    signed_in(operator(), client)
    spent = {}

    for model in MODELS:
        row = model.objects.order_by("-pk").first()
        assert row is not None
        for address in (
            changelist(model),
            changelist(model) + "?p=150",
            changelist(model) + "?q=7",
            change(row),
        ):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                page = client.get(address, follow=True)
            assert page.status_code == 200, address
            spent[address] = len(queries)

    assert {address: count for address, count in spent.items() if count > MOST_QUERIES} == {}
    assert max(spent.values()) > 3


def make_one_of_each() -> dict[type, Any]:
    """Return a row of every kind, with money that was spent."""
    project = factories.make_project()
    step = factories.make_step(factories.make_asset(project), Status.SUCCEEDED)
    attempt = step.attempts.get()
    receipt = Receipt.objects.create(attempt=attempt, kind="end", dedupe_key=f"end:{attempt.pk}")
    budget = Budget.objects.create(
        scope="team", team=project.team, limit_usd=50, spent=Decimal("1.25"), starts_on="2026-01-01"
    )
    spend = Spend.objects.create(
        attempt=attempt,
        kind="charge",
        usd=Decimal("1.25"),
        team=project.team,
        project=project,
        task=step.task,
    )
    upload = Upload.objects.create(project=project, by=project.created_by, name="a.mp4", size=10)
    rows = (step, attempt, receipt, spend, step.order, step.output, upload, budget)
    return {type(row): row for row in rows}


def test_an_operator_writes_off_what_was_not_charged_with_a_reason(client: Client) -> None:
    attempt = paying.hold(factories.make_project())
    Attempt.objects.filter(pk=attempt.pk).update(state=AttemptState.UNCONFIRMED)
    Step.objects.filter(pk=attempt.step_id).update(
        status=Status.UNCONFIRMED, code="provider_down", claim=None
    )
    signed_in(operator(), client)
    verb = {"action": "not_charged", "_selected_action": [attempt.step_id]}

    without = client.post(changelist(Step), verb, follow=True)
    client.post(changelist(Step), {**verb, "reason": "The bill of November does not list it."})

    assert "Say how you know that it was not charged." in without.content.decode()
    attempt.refresh_from_db()
    assert (attempt.state, attempt.bill) == (AttemptState.WRITTEN_OFF, "not_billed")
    step = Step.objects.get(pk=attempt.step_id)
    assert receipt(step).aside == "As operator saw on the bill, 1 attempt."
    assert (title(step), cause(step)) == (
        "We never learned whether this was made.",
        "The bill of November does not list it.",
    )
    assert Budget.objects.get().reserved == 0
