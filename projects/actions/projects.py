"""Create, change and delete projects and teams."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from projects import policies
from projects.actions import people
from projects.actions.refusal import Refused
from projects.models import Member, Project, Role, Team
from projects.policies import Ability


@transaction.atomic
def found_team(owner: User, name: str) -> Team:
    """Return a new team with its first owner."""
    team = Team.objects.create(name=name)
    Member.objects.create(team=team, user=owner, role=Role.OWNER)
    return team


@transaction.atomic
def create(user: User, team: Team, **fields: Any) -> Project:
    """Return a new project of a team. Fields: name, brief, country, us_state, people, due."""
    if Ability.MAKE not in policies.abilities(user, team.pk):
        raise Refused(policies.REFUSALS[Ability.MAKE], status=403)
    project = Project.objects.create(team=team, created_by=user, **fields)
    people.project_answered(user, project)
    return project


@transaction.atomic
def change(user: User, project: Project, **fields: Any) -> Project:
    """Change a project's own fields."""
    policies.require(user, project, Ability.MAKE)
    before = Project.objects.values_list("people", flat=True).get(pk=project.pk)
    for name, value in fields.items():
        setattr(project, name, value)
    project.save(update_fields=list(fields))
    if project.people != before:
        people.project_answered(user, project)
    return project


def delete(user: User, project: Project) -> None:
    """Put a project away; it can be restored. Only an owner may."""
    policies.require(user, project, Ability.MANAGE)
    Project.objects.filter(pk=project.pk, deleted_at=None).update(deleted_at=Now())


def restore(user: User, project: Project) -> None:
    """Bring a deleted project back."""
    policies.require(user, project, Ability.MANAGE)
    Project.objects.filter(pk=project.pk, purged_at=None).update(deleted_at=None)
