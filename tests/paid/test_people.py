"""People in what is sent: refused before an attempt exists and before the provider hears of it, with the remedy."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from channels.db import database_sync_to_async

from projects import actions
from projects.actions import Refused
from projects.engines import veo
from projects.engines.base import Input, Request
from projects.failures import Code
from projects.models import Asset, Attempt, Project, Spend, Step
from projects.states import Status
from projects.wish import Wish
from tests import factories
from tests.desk import browser_of, form_url
from tests.emulator import Emulator
from tests.paid.conftest import CLIP, run
from tests.paid.test_veo import DOOR, MODEL

pytestmark = pytest.mark.django_db(transaction=True)


def photo(country: str = "DE", **fields: str) -> Asset:
    """Return a photo in a project of this country."""
    project = factories.make_project()
    Project.objects.filter(pk=project.pk).update(country=country)
    project.refresh_from_db()
    return factories.make_asset(project, data=factories.photo_bytes(320, 180), **fields)


def press(asset: Asset, task: str = "animate-product", engine: str = "omni", **controls: str) -> str:
    """Press a paid button with any price agreed to; return why it was refused, or nothing."""
    ask = factories.make_ask(asset, task, **(controls or CLIP))
    ask = replace(ask, engine=engine, quote=Decimal(100))
    try:
        actions.orders.request(asset.project.created_by, asset.project, ask)
    except Refused as refusal:
        return refusal.sentence
    return ""


def nothing_was_sent(emulator: Emulator) -> bool:
    """Return whether no paid attempt, no money and no call exists."""
    rows = Attempt.objects.exists() or Spend.objects.exists()
    return not rows and not emulator.ledger.creates() and not emulator.ledger.posts()


@pytest.mark.parametrize("country", ["DE", "NO", "CH", "GB"])
@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("", "Say first who"),
        ("unsure", "Say first who"),
        ("minors", "Choose another picture, or make a draft."),
    ],
)
def test_where_it_is_limited_doubt_and_minors_stay_here(
    emulator: Emulator, country: str, who: str, words: str
) -> None:
    assert words in press(photo(country, people=who))
    assert nothing_was_sent(emulator)


@pytest.mark.parametrize("engine", ["omni", "nano-banana"])
def test_the_button_itself_is_refused_and_the_draft_goes(emulator: Emulator, engine: str) -> None:
    asset = photo(people="minors")
    task, slot = ("animate-product", "product") if engine == "omni" else ("change-lighting", "source")
    browser, sent = browser_of(asset.project.created_by), {slot: asset.pk, "engine": engine, "quote": "100"}

    paid = browser.post(form_url(asset.project, task), sent)
    assert paid.status_code == 422
    assert "takes no pictures of minors" in paid.content.decode()
    assert nothing_was_sent(emulator)
    free = browser.post(form_url(asset.project, task), {**sent, "engine": "draft"})

    assert free.status_code == 302
    assert Step.objects.get().engine == "draft"
    assert nothing_was_sent(emulator) or Attempt.objects.get().bill == "free"


async def test_an_answer_lets_it_go_and_the_result_has_it(emulator: Emulator) -> None:
    asset = await database_sync_to_async(photo)()

    def answer_and_press() -> str:
        user = asset.project.created_by
        actions.people.answer(user, asset, "adults")
        assert "Confirm once" in press(asset)
        assert nothing_was_sent(emulator)
        actions.people.confirm(user, asset.project, "adults")
        return press(asset)

    assert await database_sync_to_async(answer_and_press)() == ""
    ended = await run(await Step.objects.aget())

    assert (ended.step.status, ended.step.sentence) == (Status.SUCCEEDED, "")
    assert ended.step.output is not None
    assert ended.step.output.people == "adults"
    assert len(emulator.ledger.creates()) == 1


def test_elsewhere_doubt_goes_and_people_are_confirmed(emulator: Emulator) -> None:
    assert press(photo("US")) == ""
    assert "is an adult and agreed" in press(photo("US", people="adults"))

    child = photo("US", people="minors")
    actions.people.confirm(child.project.created_by, child.project, "adults")
    assert "also for the minors in them" in press(child)
    actions.people.confirm(child.project.created_by, child.project, "rights")
    assert press(child) == ""
    assert Attempt.objects.count() == 2


@pytest.mark.parametrize("verb", ["retry", "start again", "confirm"])
def test_a_second_send_is_asked_about_anew(emulator: Emulator, verb: str) -> None:
    asset = photo(people="none")
    user = asset.project.created_by
    assert press(asset) == ""
    step = Step.objects.get()
    if verb == "confirm":
        Step.objects.update(waits_for="producer")
    else:
        ended = {"retry": (Status.FAILED, "refused"), "start again": (Status.UNCONFIRMED, "unconfirmed")}
        status, state = ended[verb]
        Step.objects.update(status=status, code=Code.PROVIDER_DOWN)
        Attempt.objects.update(state=state)
    step.refresh_from_db()
    lines = Spend.objects.count()
    actions.people.answer(user, asset, "minors")

    with pytest.raises(Refused, match="no pictures of minors"):
        {
            "retry": lambda: actions.steps.retry(user, step, Decimal(100)),
            "start again": lambda: actions.unconfirmed.start_again(user, step, Decimal(100)),
            "confirm": lambda: actions.repeats.confirm(user, step),
        }[verb]()

    assert (Attempt.objects.count(), Spend.objects.count()) == (1, lines)
    assert Step.objects.get().status == step.status
    assert not emulator.ledger.posts()


async def test_a_clip_of_ours_goes_on_in_its_chain_but_not_as_a_file(
    emulator: Emulator, vertex: Emulator
) -> None:
    asset = await database_sync_to_async(photo)(people="none")
    assert await database_sync_to_async(press)(asset, engine="veo", tier="standard", seconds="4") == ""
    clip = (await run(await Step.objects.aget())).step.output
    assert clip is not None
    sent = len(emulator.ledger.posts())

    why = await database_sync_to_async(press)(clip, "extend-clip", "veo", seconds="7")

    assert "does not change uploaded clips" in why
    await Project.objects.aupdate(country="US")
    clip = await Asset.objects.select_related("project__created_by", "made_by").aget(pk=clip.pk)
    assert await database_sync_to_async(press)(clip, "extend-clip", "veo", seconds="7") == ""
    assert len(emulator.ledger.posts()) == sent


async def test_omni_lets_its_own_clip_go_on_where_uploads_may_not(emulator: Emulator) -> None:
    asset = await database_sync_to_async(photo)(people="none")
    assert await database_sync_to_async(press)(asset) == ""
    clip = (await run(await Step.objects.aget())).step.output
    assert clip is not None

    assert await database_sync_to_async(press)(clip, "extend-clip", seconds="3") == ""
    assert "uploaded clips" in await database_sync_to_async(press)(clip, "edit-video", change="red")


def wanted(people: str, words: str = "The bottle turns", *, made_here: bool = False, files: int = 1) -> str:
    """Return what Veo is told about people."""
    facts = {"people": people, "made_here": made_here}
    inputs = tuple(Input("product", "image", None, facts) for _ in range(files))
    asked = Request(Wish(seconds=8), "t", "video.text", inputs, model=MODEL, door=DOOR, prompt=words)
    return str(veo.asked_of(asked)["config"].person_generation)


def test_veo_makes_nobody_where_nobody_is_shown_and_no_word_asks() -> None:
    assert wanted("none") == "disallow"
    assert wanted("none", "A woman lifts the bottle") == "allow_adult"
    assert wanted("none", made_here=True) == "allow_adult"
    assert wanted("none", files=0) == "allow_adult"
    assert {wanted(who) for who in ("adults", "unsure", "minors")} == {"allow_adult"}


async def test_veo_hears_it(vertex: Emulator) -> None:
    asset = await database_sync_to_async(photo)(people="none")
    assert await database_sync_to_async(press)(asset, engine="veo", tier="standard", seconds="4") == ""

    ended = await run(await Step.objects.aget())

    assert (ended.step.status, ended.step.sentence) == (Status.SUCCEEDED, "")
    [sent] = vertex.ledger.posts(":predictLongRunning")
    assert sent.body["parameters"]["personGeneration"] == "disallow"


def test_a_refused_face_says_what_to_use_instead() -> None:
    step = factories.make_step(photo("US"), Status.FAILED, code=Code.PEOPLE_POLICY, sentence="")

    html = browser_of(step.order.by).get(f"/steps/{step.pk}/").content.decode()

    assert "Use a picture without one, such as the product alone or a back view." in html
    assert html.index("Choose another file") < html.index("Start again")
