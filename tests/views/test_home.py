"""Home: what a person sees first, and what is nobody else's business."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from projects.models import Member, Project, Role, Step
from projects.states import Status
from projects.views import errors
from tests import factories

pytestmark = pytest.mark.django_db


def browser_of(user: User | None) -> Client:
    """Return a browser of this person."""
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def home_of(user: User, address: str = "/", **headers: str) -> str:
    """Return the page as this person gets it."""
    return browser_of(user).get(address, headers=headers).content.decode()


def failed_step(project: Project, **fields: object) -> Step:
    """Return a step that failed a moment ago."""
    step = factories.make_step(factories.make_asset(project), Status.FAILED)
    Step.objects.filter(pk=step.pk).update(ended_at=step.created_at, **fields)
    return step


def test_people_see_the_projects_of_their_own_teams() -> None:
    mine, other = factories.make_project(name="Autumn launch"), factories.make_project(name="Secret spring")

    page = home_of(mine.created_by)

    assert "Autumn launch" in page
    assert other.name not in page


def test_nobody_is_led_to_the_sign_in_page_and_a_part_leads_there_too() -> None:
    page = browser_of(None).get("/")
    part = browser_of(None).get(
        "/running/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/projects/1/"}
    )

    assert (page.status_code, page["Location"]) == (302, "/accounts/login/?next=/")
    assert (part.status_code, part["HX-Redirect"]) == (401, "/accounts/login/?next=%2Fprojects%2F1%2F")


def test_a_person_without_a_team_reads_what_to_do() -> None:
    page = home_of(factories.make_user("lonely"))

    assert "No project yet" in page
    assert "Ask an owner" in page
    assert "New project" not in page


def test_a_card_counts_what_was_made_runs_and_failed() -> None:
    project = factories.make_project()
    photo = factories.make_asset(project)
    factories.make_step(photo, Status.SUCCEEDED)
    factories.make_step(photo, Status.RUNNING)

    page = home_of(project.created_by)

    assert "1 still" in page
    assert "1 running" in page


def test_what_i_asked_for_and_what_failed_waits_for_me_alone() -> None:
    project = factories.make_project()
    colleague = factories.make_member(project.team, Role.EDITOR)
    mine = failed_step(project, name="Mine")
    theirs = failed_step(project, name="Theirs")
    theirs.order.by = colleague
    theirs.order.save()

    page = home_of(project.created_by)

    assert "Mine failed" in page
    assert f'href="/steps/{mine.pk}/"' in page
    assert "Theirs failed" not in page


def test_what_runs_is_listed_and_the_count_in_the_bar_follows() -> None:
    project = factories.make_project()
    step = factories.make_step(factories.make_asset(project), Status.RUNNING)
    user = project.created_by

    assert f'id="step-{step.pk}-row"' in home_of(user)
    assert "1 running" in home_of(user, "/running/", HX_Request="true")

    Step.objects.move(step.pk, Status.RUNNING, Status.CANCELLED)

    assert f'id="step-{step.pk}-row"' not in home_of(user, "/running/?list", HX_Request="true")


def test_many_projects_come_in_pages_and_none_is_missing() -> None:
    owner = factories.make_project(name="Number 0").created_by
    team = Member.objects.get(user=owner).team
    for number in range(1, 26):
        Project.objects.create(team=team, name=f"Number {number}.", created_by=owner)

    first = home_of(owner)
    cursor = first.split('hx-get="?after=')[1].split('"')[0]
    rest = home_of(owner, f"/?after={cursor}", HX_Request="true")

    assert "Number 2." in first
    assert "Number 1." not in first
    assert "Number 1." in rest
    assert "Number 0" in rest
    assert "<html" not in rest


def test_the_number_of_queries_does_not_grow_with_the_projects() -> None:
    owner = factories.make_project().created_by
    client, team = browser_of(owner), Member.objects.get(user=owner).team

    def queries_with(more: int) -> int:
        for number in range(more):
            project = Project.objects.create(team=team, name=f"Number {number}", created_by=owner)
            factories.make_step(factories.make_asset(project), Status.RUNNING)
        with CaptureQueriesContext(connection) as captured:
            client.get("/")
        return len(captured)

    client.get("/")
    assert queries_with(7) == queries_with(9) <= 10


def test_few_projects_leave_room_for_what_was_made_last() -> None:
    project = factories.make_project()
    step = factories.make_step(factories.make_asset(project), Status.SUCCEEDED)
    owner = project.created_by

    assert f'id="step-{step.pk}"' in home_of(owner)
    assert f'id="step-{step.pk}"' in home_of(owner, HX_Request="true")

    for number in range(2):
        Project.objects.create(team=project.team, name=f"Number {number}", created_by=owner)

    assert f'id="step-{step.pk}"' not in home_of(owner)


def test_a_new_project_opens_on_its_board() -> None:
    owner = factories.make_project().created_by
    client = browser_of(owner)
    fields = {"name": "Spring", "brief": "", "country": "US", "us_state": "CA", "due": ""}

    response = client.post("/projects/new/", fields)

    project = Project.objects.get(name="Spring")
    assert response["Location"] == f"/projects/{project.pk}/"
    assert (project.country, project.us_state) == ("US", "CA")


def test_who_makes_things_in_two_teams_chooses_one() -> None:
    first, second, strange = (factories.make_project() for _ in range(3))
    person = first.created_by
    Member.objects.create(team=second.team, user=person, role=Role.EDITOR)
    client = browser_of(person)

    assert f'<option value="{second.team.pk}">' in client.get("/projects/new/").content.decode()
    client.post("/projects/new/", {"name": "Spring", "team": second.team.pk})
    refused = client.post("/projects/new/", {"name": "Summer", "team": strange.team.pk})

    assert Project.objects.get(name="Spring").team == second.team
    assert refused.status_code == 422
    assert not Project.objects.filter(name="Summer").exists()


def test_home_watches_each_team_of_a_person() -> None:
    first, second = factories.make_project(), factories.make_project()
    Member.objects.create(team=second.team, user=first.created_by, role=Role.REVIEWER)

    page = home_of(first.created_by)

    assert f'ws-connect="/ws/team/{first.team.pk}/"' in page
    assert f'ws-connect="/ws/team/{second.team.pk}/"' in page


def test_a_field_that_is_wrong_keeps_the_words_and_says_why_beside_it() -> None:
    client = browser_of(factories.make_project().created_by)

    response = client.post(
        "/projects/new/",
        {"name": "Spring", "due": "soon"},
        headers={"HX-Request": "true"},
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="Spring"' in page
    assert "Enter a valid date." in page
    assert 'aria-invalid="true"' in page
    assert "<html" not in page


def test_a_project_that_is_put_away_can_be_brought_back() -> None:
    project = factories.make_project()
    client = browser_of(project.created_by)

    client.post(f"/projects/{project.pk}/delete/")
    page = client.get("/").content.decode()

    assert f'formaction="/projects/{project.pk}/restore/"' in page
    assert client.get(f"/projects/{project.pk}/").status_code == 404

    client.post(f"/projects/{project.pk}/restore/")

    assert client.get(f"/projects/{project.pk}/").status_code == 200


def test_search_finds_what_is_mine_by_every_word() -> None:
    project = factories.make_project(name="Autumn launch")
    factories.make_asset(project, name="rose-no1.jpg")
    other = factories.make_project(name="Autumn of others")
    factories.make_asset(other, name="rose-secret.jpg")
    user = project.created_by

    assert "rose-no1.jpg" in home_of(user, "/search/?q=rose")
    assert "rose-secret" not in home_of(user, "/search/?q=rose")
    assert "Autumn launch" in home_of(user, "/search/?q=launch+AUTUMN", HX_Request="true")
    assert "Autumn of others" not in home_of(user, "/search/?q=autumn")
    assert "Animate product" in home_of(user, "/search/?q=animate")
    assert "Nothing is named like that" in home_of(user, "/search/?q=xyzzy", HX_Request="true")


def test_the_theme_is_in_the_first_byte_of_the_next_page() -> None:
    client = browser_of(None)

    client.post("/theme/", {"theme": "dark"})
    page = client.get("/accounts/login/").content.decode()
    client.post("/theme/", {"theme": "<script>"})
    still = client.get("/accounts/login/").content.decode()

    assert '<html lang="en" data-theme="dark">' in page
    assert 'data-theme="dark"' in still


def test_switching_the_theme_never_leads_to_another_site() -> None:
    client = browser_of(None)

    away = client.post("/theme/", {"theme": "dark"}, headers={"Referer": "https://elsewhere.example/"})
    back = client.post("/theme/", {"theme": "dark"}, headers={"Referer": "http://testserver/projects/1/"})

    assert away["Location"] == "/"
    assert back["Location"] == "http://testserver/projects/1/"


def test_a_page_that_does_not_exist_says_so_and_leads_home() -> None:
    client = browser_of(factories.make_user())

    page = client.get("/projects/4711/")
    part = client.get("/projects/4711/", headers={"HX-Request": "true"})

    assert page.status_code == part.status_code == 404
    assert "Nothing is here" in page.content.decode()
    assert part.content.decode().startswith('<div class="toast')


def test_a_fault_of_ours_is_said_in_words_without_a_trace() -> None:
    request = RequestFactory().get("/")

    page = errors.fault(request)
    request.htmx = True  # type: ignore[attr-defined]
    part = errors.fault(request)

    assert page.status_code == part.status_code == 500
    assert "could not answer" in page.content.decode()
    assert page.content.decode().startswith("<!doctype html>")
    assert part.content.decode().startswith('<div class="toast')
