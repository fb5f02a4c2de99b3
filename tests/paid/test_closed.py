"""What a region refusal closes, and for how long: a model's ability in one country, nowhere else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from projects import actions
from projects.actions import Refused, market, orders
from projects.actions.orders import Ask
from projects.engines import answers
from projects.engines.base import Request
from projects.failures import Code
from projects.models import Closure, Member, Project, Step
from projects.runner import closing
from projects.states import AttemptState, Bill, Status
from tests import factories
from tests.emulator import Emulator
from tests.paid import test_remembered as remembered
from tests.paid.conftest import CLIP, clip, do, run
from tests.paid.test_pauses import creates

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
_A, _S, _C = AttemptState, Status, Code
OMNI, OMNI_BEFORE = "gemini-omni-1.2-flash", "gemini-omni-1.1-flash"
REFUSED = "The provider refused this for Omni 1.2"


def named(project: Project, model: str = "", **controls: str) -> Ask:
    """Return a request for a clip, of this model where one is named, as it stands today."""
    photo = factories.make_asset(project, data=factories.photo_bytes(320, 180))
    user = project.created_by
    ask = factories.make_ask(photo, **{**CLIP, **controls})
    return replace(ask, engine="omni", model=model, market=market.of(user, project))


def refusal(project: Project, model: str = OMNI) -> str:
    """Return why a clip of this model is not offered, or nothing."""
    try:
        orders.checked(named(project, model))
    except Refused as error:
        return error.sentence
    return ""


def project_in(country: str) -> Project:
    """Return a project of a country."""
    project = factories.make_project()
    project.country, project.people = country, "none"
    project.save()
    return project


async def closed(emulator: Emulator) -> Step:
    """Return what is next in line where another step was refused for where it was asked for."""
    project = await do(project_in, "DE")
    first, second = await do(clip, project), await do(clip, project)
    emulator.fault("region")
    await run(first)
    return second


async def test_what_a_region_is_refused_is_not_offered_or_sent_there_again(emulator: Emulator) -> None:
    second = await closed(emulator)

    came = await run(second)

    day = timezone.localdate()
    sentence = f"{REFUSED} in this country on {day.day} {day:%B %Y}."
    assert (came.step.status, came.step.code, came.step.sentence) == (_S.FAILED, _C.REGION_LIMITED, sentence)
    assert (came.states, came.held, came.attempts[0].bill) == ([_A.FAILED], False, Bill.NOT_BILLED)
    assert creates(emulator) == 1
    assert await do(refusal, came.step.project) == f"{sentence} Choose another model."
    with pytest.raises(Refused, match="in this country"):
        await do(actions.steps.retry, second.order.by, came.step)


@pytest.mark.parametrize(
    ("said", "is_closed"),
    [
        ("User location is not supported for the API use.", True),
        ("User location is not supported for the API use without a billing account linked.", False),
        ("Precondition check failed.", False),
    ],
)
def test_only_a_whole_sentence_about_the_region_closes_it(shut: Closure, said: str, is_closed: bool) -> None:
    error = {"code": 400, "message": said, "status": "FAILED_PRECONDITION"}
    Closure.objects.all().delete()

    no = answers.refusal(answers.Said(400, error, {}))
    closing.close(shut.step, no)

    assert no.code == _C.REGION_LIMITED
    assert Closure.objects.exists() is is_closed


@pytest.mark.parametrize("fault", ["region", 401])
async def test_a_refused_upload_closes_what_a_refused_create_would(
    emulator: Emulator, tmp_path: Path, fault: str | int
) -> None:
    asset = await do(remembered.clip, tmp_path)
    first, second = await do(remembered.edit, asset), await do(remembered.edit, asset, "lower the sun")
    for kind in ("upload", "models") if fault == 401 else ("upload",):
        emulator.fault(fault, kind=kind)

    came, after = await run(first), await run(second)

    assert (came.step.status, came.states) == (_S.FAILED, [_A.FAILED]), came.step.detail
    assert came.step.code == (_C.REGION_LIMITED if fault == "region" else _C.CREDENTIALS_REJECTED)
    assert after.step.status == (_S.FAILED if fault == "region" else _S.QUEUED), after.step.detail
    assert len(emulator.ledger.requests("upload")) == 1
    assert creates(emulator) == 0


@pytest.fixture
def shut(settings: Any) -> Closure:
    """Return a closure of today, in a studio with a key that nothing is sent with."""
    settings.GEMINI_API_KEY = "a-key-of-the-studio-0123456789"
    step = clip(project_in("DE"))
    assert step.model == OMNI
    Closure.objects.close(step, "DE")
    return Closure.objects.get()


def test_other_models_abilities_doors_and_countries_stay_open(shut: Closure) -> None:
    project = shut.step.project
    offer = orders.checked(named(project)).offers[0]
    request, found = named_request(offer.request, OMNI), market.of(project.created_by, project)

    assert refusal(project).startswith(f"{REFUSED} in this country")
    assert (refusal(project, OMNI_BEFORE), refusal(project_in("FR")), refusal(project_in(""))) == ("", "", "")
    assert found.closed_for(request) is not None
    assert found.closed_for(replace(request, ability="video.text")) is None
    assert request.door is not None
    assert found.closed_for(replace(request, door=replace(request.door, kind="vertex"))) is None


def named_request(request: Request, model_id: str) -> Request:
    """Return the request as it would go to this model."""
    assert request.model is not None
    return replace(request, model=replace(request.model, id=model_id))


def test_the_model_that_takes_its_place_is_named(shut: Closure) -> None:
    offer = orders.checked(named(shut.step.project)).offers[0]

    assert offer.request.model is not None
    assert offer.request.model.id == OMNI_BEFORE
    assert offer.verdict.notes[0].startswith(f"{REFUSED} in this country on ")
    assert offer.verdict.notes[0].endswith(". Omni 1.1 makes this instead, at the price shown.")


def test_the_stricter_country_is_the_one_that_counts(shut: Closure) -> None:
    project = project_in("US")
    member = Member.objects.get(user=project.created_by)
    closure = Closure.objects.filter(pk=shut.pk)

    found = [refusal(project)]
    for country, closed_in in (("DE", "DE"), ("JP", "US"), ("JP", "JP")):
        Member.objects.filter(pk=member.pk).update(country=country)
        closure.update(country=closed_in)
        found.append(refusal(project))

    assert [bool(sentence) for sentence in found] == [False, True, True, False]


def test_where_no_country_is_known_it_is_closed_there_only(shut: Closure) -> None:
    Closure.objects.update(country="")

    assert refusal(project_in("")).startswith(f"{REFUSED} here on ")
    assert refusal(shut.step.project) == ""


def test_it_lapses_after_a_week_and_begins_anew_when_it_is_refused_again(shut: Closure) -> None:
    old = timezone.now() - timedelta(days=7, seconds=1)
    Closure.objects.update(closed_at=old)
    lapsed = refusal(shut.step.project)

    Closure.objects.close(shut.step, "DE")

    assert lapsed == ""
    assert refusal(shut.step.project) != ""


def test_an_operator_sees_it_and_opens_it_again(shut: Closure, client: Client) -> None:
    client.force_login(User.objects.create_superuser("operator"))
    listed = client.get(reverse("admin:projects_closure_changelist")).content.decode()
    page = client.get(reverse("admin:projects_closure_change", args=[shut.pk])).content.decode()

    client.post(reverse("admin:projects_closure_delete", args=[shut.pk]), {"post": "yes"})

    assert all(word in listed for word in (OMNI, "video.image", "DE", shut.step.name))
    assert 'name="_save"' not in page
    assert refusal(shut.step.project) == ""


def test_an_operator_who_may_only_look_does_not_open_it(shut: Closure, client: Client) -> None:
    person = User.objects.create_user("looker", is_staff=True)
    create_permissions(apps.get_app_config("projects"), verbosity=0)
    person.user_permissions.add(Permission.objects.get(codename="view_closure"))
    client.force_login(person)

    answer = client.post(reverse("admin:projects_closure_delete", args=[shut.pk]), {"post": "yes"})

    assert (answer.status_code, Closure.objects.count()) == (403, 1)
