"""The composed line of a request: its words, with what was chosen and what stays exact marked in it."""

from __future__ import annotations

import re

from django import template
from django.utils.html import conditional_escape, format_html, urlize
from django.utils.safestring import SafeString

from projects.catalogue.base import Plan
from projects.prompts import lint
from projects.prompts.lint import Finding

register = template.Library()

SOURCE = re.compile(r"(Looked up on the web: )(.+), (https?://\S+)")
QUOTED = re.compile(r"“[^”]*”")
LOCKED = re.compile(r"[^.\s][^.]*\bkeeps its [^.]*exactly\.|Keep everything else the same\.")
CHOSEN = re.compile(
    r"The camera [^.,]*|Change only the [^:]*: [^.]*"
    r"|(?:The (?:place|background|light|style|mood)|It is shot with|Sound:) ?[^.]*"
)


@register.filter
def findings(plan: Plan) -> tuple[Finding, ...]:
    """Return what could go wrong with the words of a plan's first stage, each with its fix."""
    return lint.findings(plan.stages[0].wish)


@register.filter
def linked(note: str) -> SafeString:
    """Return a note as HTML; a page that was looked up is a link with its title."""
    found = SOURCE.fullmatch(note)
    if found is None:
        return SafeString(urlize(note, autoescape=True))
    said, title, address = found.groups()
    return format_html('{}<a class="link" href="{}" rel="nofollow noreferrer">{}</a>', said, address, title)


@register.filter
def marked(text: str) -> SafeString:
    """Return the line as HTML: quoted words and choices underlined, what stays exact dashed."""
    found = str(conditional_escape(text))
    found = LOCKED.sub(lambda match: f'<mark class="lock">{match[0]}</mark>', found)
    found = CHOSEN.sub(lambda match: f"<mark>{match[0]}</mark>", found)
    return SafeString(QUOTED.sub(lambda match: f"<mark>{match[0]}</mark>", found))
