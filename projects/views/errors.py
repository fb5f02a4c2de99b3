"""What people see instead of a page: one sentence and a way on; inside a page the same words as a toast."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

GONE = "This page does not exist, or it belongs to another team."
OLD_FORM = "This page was open for too long, or cookies are off. Open it again, then send the form once more."
FAULT = "The studio could not answer. The operator finds the cause in the log. Try again in a moment."
BAD = "The studio could not read this request. Go back, open the page again, and try once more."


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400."""
    return _answer(request, 400, "That did not arrive whole", BAD)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403 with the sentence of the policy."""
    sentence = str(exception) if isinstance(exception, PermissionDenied) and str(exception) else GONE
    return _answer(request, 403, "Not with your role", sentence)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404."""
    return _answer(request, 404, "Nothing is here", GONE)


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form without its token."""
    return _answer(request, 403, "The form is too old", OLD_FORM)


def fault(request: HttpRequest) -> HttpResponse:
    """Answer 500 from templates that ask nothing of a studio that may be broken."""
    if getattr(request, "htmx", None):
        words = {"sentence": FAULT, "tone": "bad"}
        return HttpResponse(render_to_string("components/toast.html", words), status=500)
    return HttpResponse(render_to_string("500.html", {"sentence": FAULT}), status=500)


def _answer(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    if getattr(request, "htmx", None):
        return render(request, "components/toast.html", {"sentence": sentence, "tone": "bad"}, status=status)
    context = {"status": status, "title": title, "sentence": sentence}
    return render(request, "error.html", context, status=status)
