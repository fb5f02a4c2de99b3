"""What every door to an image model asks alike: which size, whether the model makes it, and at what price. Pure."""

from __future__ import annotations

from projects.engines import prices
from projects.engines.base import Quote, Request, Verdict
from projects.engines.errors import Refused
from projects.engines.models import Model
from projects.failures import FAILURES, Code

SEARCHES = ("web_search", "image_search")
"""What a model is given to look at the web's pages and pictures; without a word it looks at pages."""

USUAL_SECONDS = {"1K": 12.0, "2K": 18.0, "4K": 30.0}


def can(request: Request) -> Verdict:
    """Say yes with the most that one picture can cost, or name what the model cannot do."""
    if request.model is None or request.door is None:
        return Verdict.no(FAILURES[Code.CREDENTIALS_MISSING].why, Code.CREDENTIALS_MISSING)
    refusal = _refusal(request, request.model)
    if refusal:
        return Verdict.no(refusal)
    size = size_of(request)
    line = f"a picture at {size}"
    usd = prices.of_image(request.model, size, grounded=is_grounded(request))
    made = request.model.image[size]
    return Verdict(Quote(usd, USUAL_SECONDS[size], (line,), request.model.version, made))


def check_prompt(request: Request) -> None:
    """Raise Refused for a request without words."""
    if not request.prompt.strip():
        raise Refused(
            "An empty prompt would be billed as a picture. Say what is wanted.", Code.INPUT_REJECTED
        )


def size_of(request: Request) -> str:
    """Return the size that is asked for: 1K, 2K or 4K."""
    return request.wish.size if request.wish.size in USUAL_SECONDS else "1K"


def ratio_of(request: Request) -> str:
    """Return the format that is asked for; an edit that names none keeps that of its picture."""
    return request.wish.format


def is_grounded(request: Request) -> bool:
    """Return whether the picture's facts are to be looked up on the web."""
    return request.wish.extra.get("grounding") not in (None, "", False, "off")


def searches_of(request: Request) -> tuple[str, ...]:
    """Return what may be searched, in the provider's words; nothing where it is left to the model."""
    return SEARCHES if request.wish.extra.get("grounding") == "pictures" else ()


def thinking_of(request: Request) -> str:
    """Return how long the model is to think, in the provider's word; nothing where it is left to the model."""
    level = _thinking(request)
    return level if request.model and level in request.model.thinking else ""


def _thinking(request: Request) -> str:
    level = str(request.wish.extra.get("thinking", ""))
    return "" if level == "usual" else level


def _refusal(request: Request, model: Model) -> str:
    if not model.is_offered or request.ability not in model.abilities:
        return f"{model.label} cannot do this. Choose another model."
    if (ratio := ratio_of(request)) and ratio not in model.ratios:
        return f"{model.label} does not make {ratio}. It makes {', '.join(model.ratios)}."
    if size_of(request) not in model.image:
        return f"{model.label} makes {' or '.join(model.image)}. Choose one of these sizes."
    pictures = sum(entry.kind == "image" for entry in request.inputs)
    if pictures > model.references:
        return f"{model.label} takes {model.references} pictures. Remove {pictures - model.references}."
    return _way_refusal(request, model)


def _way_refusal(request: Request, model: Model) -> str:
    if is_grounded(request) and "image.ground" not in model.abilities:
        return f"{model.label} cannot look things up. Turn that off, or choose another model."
    if searches_of(request) and "image.ground_pictures" not in model.abilities:
        return f"{model.label} looks up web pages, not pictures. Choose web pages alone, or another model."
    if _thinking(request) and not thinking_of(request):
        return f"{model.label} thinks as it does. Set Thinking to “As usual”, or choose another model."
    return ""
