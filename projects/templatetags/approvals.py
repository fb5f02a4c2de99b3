"""What a version's parts say about its approval."""

from __future__ import annotations

from django import template

from projects.models import Approval, Step

register = template.Library()


@register.filter
def approval(step: Step) -> Approval | None:
    """Return the approval that stands of a step that was read `with_approval`; nothing for a deleted one."""
    return None if step.deleted_at else getattr(step, "standing", None)
