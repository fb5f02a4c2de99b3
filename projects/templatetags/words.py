"""The composed line of a request: its words, with what was chosen and what stays exact marked in it."""

from __future__ import annotations

import re

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from projects.catalogue.base import Plan
from projects.prompts import compose

register = template.Library()

QUOTED = re.compile(r"“[^”]*”")
LOCKED = re.compile(r"[^.\s][^.]*\bkeeps its [^.]*exactly\.|Keep everything else the same\.")
CHOSEN = re.compile(
    r"(?:The camera [^.,]*|(?:Change only the [^:]*: |Action: |Background: |Light: |Sound: )[^.]*)"
)


@register.filter
def composed(plan: Plan) -> str:
    """Return the words of a plan's first stage."""
    return compose.prompt(plan.stages[0].wish)


@register.filter
def marked(text: str) -> SafeString:
    """Return the line as HTML: quoted words and choices underlined, what stays exact dashed."""
    found = str(conditional_escape(text))
    found = LOCKED.sub(lambda match: f'<mark class="lock">{match[0]}</mark>', found)
    found = CHOSEN.sub(lambda match: f"<mark>{match[0]}</mark>", found)
    return SafeString(QUOTED.sub(lambda match: f"<mark>{match[0]}</mark>", found))
