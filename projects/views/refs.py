"""What `asset:7` and `step:7` in an address name: a file of the project, or the result of a step."""

from __future__ import annotations

from django.http import Http404

from projects import policies
from projects.models import Asset
from projects.views.request import number_of


def asset_of(user: policies.Anyone, reference: str) -> Asset | None:
    """Return the file that a reference names, nothing for an empty one or a step without a result yet.

    Raises Http404 for what does not exist, is deleted or belongs to another team.
    """
    if not reference:
        return None
    kind, _, number = reference.partition(":")
    if kind not in {"asset", "step"} or number_of(number) is None:
        raise Http404
    if kind == "step":
        return _result(user, int(number))
    asset = policies.assets(user).live().select_related("project", "made_by").filter(pk=number).first()
    if asset is None:
        raise Http404
    return asset


def _result(user: policies.Anyone, pk: int) -> Asset | None:
    step = (
        policies.steps(user).live().select_related("output__project", "output__made_by").filter(pk=pk).first()
    )
    if step is None:
        raise Http404
    return step.output
