"""A disk that is full: a sentence and 507, no row and no file left behind."""

from __future__ import annotations

import pytest
from django.conf import settings

from projects import actions
from projects.models import Asset, Step
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_slice_that_does_not_fit_is_refused_with_507() -> None:
    project = factories.make_project()
    upload = actions.uploads.begin(project.created_by, project, name="a.jpg", size=9_000_000)
    part = actions.uploads.part_of(upload)
    part.parent.mkdir(parents=True, exist_ok=True)
    part.symlink_to("/dev/full")

    with pytest.raises(actions.Refused, match="disk is almost full") as refused:
        actions.uploads.add_slice(upload, offset=0, body=[b"x" * 9_000_000])

    upload.refresh_from_db()
    part.unlink()
    assert (refused.value.status, upload.offset) == (507, 0)


@pytest.mark.parametrize("verb", ["begin", "receive", "request"])
def test_nothing_begins_when_the_reserve_is_reached(verb: str, settings: pytest.FixtureRequest) -> None:
    project = factories.make_project()
    photo, user = factories.make_asset(project), project.created_by
    ask = factories.make_ask(photo)
    settings.LEAST_FREE_BYTES = 1 << 60
    begin = {
        "begin": lambda: actions.uploads.begin(user, project, name="a.jpg", size=9),
        "receive": lambda: actions.uploads.receive(user, project, [b"x"], "a.jpg"),
        "request": lambda: actions.orders.request(user, project, ask),
    }

    with pytest.raises(actions.Refused) as refused:
        begin[verb]()

    assert refused.value.status == 507
    assert not Step.objects.exists()
    assert list(Asset.objects.all()) == [photo]


def test_a_refused_file_leaves_nothing_behind() -> None:
    project = factories.make_project()

    with pytest.raises(actions.Refused):
        actions.uploads.receive(project.created_by, project, [b"<html>"], "page.jpg")

    assert not list(settings.WORK_DIR.iterdir())
    assert not Asset.objects.exists()
