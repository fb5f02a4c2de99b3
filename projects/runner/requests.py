"""Build an engine's request from a step's row; after a take-over it is built anew, so nothing else is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db.models import Max
from django.utils import timezone

from projects import catalogue, engines, policies
from projects.engines import base, models, prices, stills
from projects.engines.base import Chain, Input, Json, Quote, Request, Verdict
from projects.engines.errors import Refused
from projects.engines.models import IN_CHAIN, Model
from projects.failures import FAILURES, Code
from projects.models import Asset, Attempt, Closure, Door, Order, Step, files, model
from projects.models.project import People
from projects.runner import hooks
from projects.states import AttemptState
from projects.wish import Wish

BEGINS = "video.edit_upload"
"""What sends a clip along and begins a chain with it, also where the clip is one of ours."""


def path_of(asset: Asset) -> Path:
    """Return the path of an asset's clean file."""
    return files.clean(asset.project.team_id, asset.sha256, asset.extension)


def facts_of(asset: Asset) -> dict[str, Any]:
    """Return what engines and tasks may know of an asset: no row, no name, no place on disk."""
    return {
        "kind": asset.kind,
        "width": asset.width,
        "height": asset.height,
        "seconds": float(asset.seconds),
        "has_audio": bool(asset.facts.get("has_audio")),
        "made_here": asset.made_by_id is not None,
        "people": str(asset.who),
        "sha256": asset.sha256,
        "mime": asset.mime,
    }


def inputs_of(chosen: dict[str, list[Asset]]) -> tuple[Input, ...]:
    """Return an engine's inputs, in the order of the roles."""
    return tuple(
        Input(role, asset.kind, path_of(asset), facts_of(asset))
        for role, assets in chosen.items()
        for asset in assets
    )


def of_step(step: Step, attempt: Attempt) -> Request:
    """Return the request of a step, with the paths of its files.

    Raises Refused when one was deleted for good, its conversation is lost, or its model is no longer offered.
    """
    door = step.door.plain() if step.door else None
    request = _asked(step, door, checked=attempt.state == AttemptState.PLANNED)
    return replace(request, label=str(attempt.uuid), hook=hooks.address(attempt))


def quoted(step: Step) -> Json:
    """Return what a step that a provider makes may cost today and at which prices, as an order's plan keeps it.

    Raises Refused where it cannot be sent as it is any more.
    """
    row = step.door
    if row is None:
        raise Refused(FAILURES[Code.CREDENTIALS_MISSING].why, Code.CREDENTIALS_MISSING)
    without_key = base.Door(row.pk, row.kind, "", row.project, row.location, row.bucket)
    request = _asked(step, without_key, checked=True)
    verdict = engines.get(step.engine).can(request)
    if verdict.quote is None:
        raise Refused(verdict.sentence, verdict.code or Code.INPUT_REJECTED)
    return priced(request, verdict.quote)


def priced(request: Request, quote: Quote) -> Json:
    """Return what a request may cost, and the prices that it is settled by, whatever the table says later."""
    known = {"usd": str(quote.usd_max), "version": quote.model_version, "prices": {}}
    if request.model is None:
        return known
    size = stills.size_of(request) if request.model.image else request.wish.size or "720p"
    measured = min(quote.usd_measured, quote.usd_max) or quote.usd_max
    charges = {"quote": str(quote.usd_max), "measured": str(measured)}
    return {**known, "prices": prices.stored(request.model, size) | charges}


def _asked(step: Step, door: base.Door | None, *, checked: bool) -> Request:
    """Return what a step asks for. `checked`: raises Refused where it may not be sent now."""
    chosen = assets_of(step)
    chain = continued(chain_of(step.parent, step.door), step.engine, step.model)
    row = model_of(step.model, step.door) if step.door else None
    if checked:
        _require_sendable(step, [asset for assets in chosen.values() for asset in assets])
        _require_chain(step, chain)
        _require_offered(step, row)
    return Request(
        wish=Wish.from_json(step.wish),
        task=step.task,
        ability=step.ability,
        inputs=inputs_of(chosen),
        model=row,
        door=door,
        chain=chain,
        prompt=step.prompt,
        seed=step.seed,
    )


def _require_offered(step: Step, row: Model | None) -> None:
    """Raise Refused for a model that has retired since it was asked for."""
    if step.door is None or (row is not None and row.is_offered):
        return
    after = models.alive(model.merged(), row) if row else None
    instead = f" {after.label} takes its place." if after else ""
    sentence = f"{row.label if row else step.model} is no longer offered.{instead}"
    raise Refused(sentence, Code.MODEL_UNAVAILABLE)


def _require_sendable(step: Step, assets: list[Asset]) -> None:
    """Raise Refused for files that are gone; and for clips that may not go, which are uploaded before the create."""
    if any(asset.purged_at for asset in assets):
        raise Refused(
            "A file that this needs was deleted for good. Begin anew with another file.", Code.INPUT_REJECTED
        )
    if any(asset.kind == Asset.Kind.VIDEO for asset in assets):
        require_allowed(step)


def _require_chain(step: Step, chain: Chain | None) -> None:
    """Raise Refused for a change of a clip whose conversation was lost while it was in line.

    Sent without one, its words alone would be made into another clip, and billed.
    """
    goes_alone = step.door is None or policies.feeds_back(step.engine, step.ability)
    if chain is None and step.ability in IN_CHAIN and not goes_alone:
        raise Refused(FAILURES[Code.CHAIN_EXPIRED].why, Code.CHAIN_EXPIRED)


def require_allowed(step: Step) -> None:
    """Raise Refused where a step may not go to its provider as things stand now; its order may be days old."""
    if verdict := refusal(step, step.order.by_id):
        raise Refused(verdict.sentence, verdict.code or Code.INPUT_REJECTED)


def refusal(step: Step, user_id: int) -> Verdict | None:
    """Return why a person may not send this step to its provider now: answers, confirmations and regions change."""
    engine = engines.all_engines().get(step.engine)
    if engine is None or not engine.paid:
        return None
    if verdict := _closed(step, user_id):
        return verdict
    assets = [asset for found in assets_of(step).values() for asset in found]
    said = {asset.who for asset in assets}
    is_ruled = bool(said - {People.NONE}) or policies.feeds_back(step.engine, step.ability)
    if not assets or not is_ruled:
        return None
    project = assets[0].project
    confirmed = policies.confirmed(project) if said & {People.ADULTS, People.MINORS} else frozenset[str]()
    limited = policies.is_limited(project, user_id)
    return policies.refusal(step.engine, step.ability, said, confirmed, is_limited=limited)


def _closed(step: Step, user_id: int) -> Verdict | None:
    """Return that the provider has refused this lately, for this model, where the person and the project are."""
    if step.door is None:
        return None
    rows = Closure.objects.current().filter(model=step.model, door=step.door.kind, ability=step.ability)
    found = dict(rows.values_list("country", "closed_at"))
    country = policies.country(step.project, user_id) if found else ""
    if country not in found:
        return None
    row = model_of(step.model, step.door)
    return policies.closed(row.label if row else step.model, country, found[country])


def model_of(model_id: str, door: Door) -> Model | None:
    """Return the model behind a door, as the operator has it today."""
    return models.find(model.merged(), model_id, door.kind)


def chain_of(parent: Step | None, door: Door | None) -> Chain | None:
    """Return the conversation that a child of this step continues: of the same door, while it is kept."""
    last = _stored(parent, door)
    if parent is None or door is None or last is None:
        return None
    lost = parent.children.filter(door=door, code=Code.CHAIN_EXPIRED).aggregate(at=Max("created_at"))
    if not goes_on(last, door, model_of(parent.model, door), lost["at"]):
        return None
    ticket = dict(last.ticket or {})
    turns = turns_of(parent, door) if "history" in ticket else ()
    return Chain(parent.engine, ticket, edits_of(parent), turns) if turns or "history" not in ticket else None


def goes_on(last: Attempt, door: Door, model: Model | None, lost: datetime | None) -> bool:
    """Return whether the conversation of a result can go on; `lost`: when a change of it last found it gone."""
    ticket, ended = last.ticket or {}, last.ended_at
    is_retired = model is not None and not model.is_offered
    if not ticket.get("id") or ended is None or is_retired or (lost and lost > ended):
        return False
    return "history" in ticket or ended + timedelta(days=door.keeps_days) > timezone.now()


def turns_of(step: Step | None, door: Door) -> tuple[Path, ...]:
    """Return the turns of a conversation that we keep ourselves, the first one first; none before one that is gone."""
    found: list[Path] = []
    while step is not None and step.output is not None and (last := _stored(step, door)) is not None:
        ticket = last.ticket or {}
        path = files.folder(step.project.team_id, step.output.sha256) / str(ticket.get("history", ""))
        if not ticket.get("history") or not path.exists():
            break
        found.insert(0, path)
        step = step.parent if ticket.get("after") else None
    return tuple(found)


def _stored(step: Step | None, door: Door | None) -> Attempt | None:
    """Return the call of this door that brought a step its result."""
    if step is None or door is None:
        return None
    return step.attempts.filter(state=AttemptState.STORED, door=door).order_by("-number").first()


def continued(chain: Chain | None, engine: str, model_id: str = "") -> Chain | None:
    """Return the conversation where it is this engine's and this model's: no other one can go on with it."""
    if chain is None or chain.engine != engine:
        return None
    return chain if model_id in ("", chain.ticket.get("model", model_id)) else None


def edits_of(step: Step) -> int:
    """Return how many edits the chain holds that ends with this step; a clip that was sent along began a new one."""
    count = 0
    while step.parent_id and Wish.from_json(step.wish).change is not None:
        if step.ability == BEGINS:
            return count + 1
        parent = step.parent
        if parent is None or (parent.engine, parent.door_id) != (step.engine, step.door_id):
            break
        count, step = count + 1, parent
    return count


def assets_of(step: Step) -> dict[str, list[Asset]]:
    """Return what a step is made from, by role: the order's own files, or the picked result of the stage before."""
    roles = step.order.plan[step.stage].get("inputs", ()) if step.stage else ()
    if roles and step.source_id:
        source = Asset.objects.select_related("project", "made_by").get(pk=step.source_id)
        return {role: [source] for role in roles}
    return of_order(step.order)


def of_order(order: Order) -> dict[str, list[Asset]]:
    """Return the assets of an order by role, in the order of the task's slots: a database may mix up JSON's keys."""
    task, inputs = order.task, order.inputs
    wanted = [pk for pks in inputs.values() for pk in pks]
    if not wanted:
        return {}
    rows = Asset.objects.filter(pk__in=wanted).select_related("project", "made_by")
    found = {asset.pk: asset for asset in rows}
    recipe = catalogue.all_tasks().get(task)
    slots = [slot.role for slot in recipe.slots] if recipe else []
    roles = sorted(inputs, key=lambda role: slots.index(role) if role in slots else len(slots))
    return {role: [found[pk] for pk in inputs[role]] for role in roles}
