"""Delete and restore assets. The bytes stay: other assets of the team may share them."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models.functions import Now

from projects import policies
from projects.models import Asset
from projects.policies import Ability


def delete(user: User, asset: Asset) -> None:
    """Take an upload off the board; it can be restored."""
    policies.require(user, asset.project, Ability.MAKE)
    Asset.objects.filter(pk=asset.pk, deleted_at=None).update(deleted_at=Now())


def restore(user: User, asset: Asset) -> None:
    """Put a deleted upload back on the board."""
    policies.require(user, asset.project, Ability.MAKE)
    Asset.objects.filter(pk=asset.pk).update(deleted_at=None)
