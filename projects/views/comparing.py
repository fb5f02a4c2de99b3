"""Two files next to each other: which is before and which is after, on one clock, with the frame in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from projects.models import Asset, Step
from projects.templatetags.files import frames, technical
from projects.views.versions import Tree

MODES = ("wipe", "side", "difference")
SAME_SHAPE = 0.01


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: its file, its name, and the reference that an address holds."""

    asset: Asset
    name: str
    reference: str


@dataclass(frozen=True, slots=True)
class Pair:
    """What is compared, and how: `clock` is the clip that sets the time, where one moves; `others` fill the menu."""

    before: Side
    after: Side
    mode: str
    frame: int
    clock: Asset | None
    others: list[tuple[str, str]]

    @property
    def same_shape(self) -> bool:
        """Return whether one can lie on the other; else they stand side by side."""
        ours, theirs = self.after.asset, self.before.asset
        return abs(ours.width * theirs.height / max(1, theirs.width * ours.height) - 1) < SAME_SHAPE

    @property
    def measured(self) -> list[tuple[str, str, str]]:
        """Return what was measured of either: its name, before, after."""
        ours, theirs = (
            {fact.label: fact.value for fact in technical(side.asset)} for side in (self.after, self.before)
        )
        return [(label, theirs.get(label, ""), ours.get(label, "")) for label in {**theirs, **ours}]


def beside(step: Step) -> Asset | None:
    """Return what a version is compared with first: what it was made from, or the nearest that is not deleted."""
    found = step.source
    while found is not None and _is_deleted(found):
        found = found.made_by.source if found.made_by else None
    return found or step.source


def pair(step: Step, other: Asset, tree: Tree, asked: Mapping[str, str]) -> Pair:
    """Return a version and another file as a pair; what the address asks for is kept within what there is."""
    after = Side(_output(step), _called(step, tree), f"step:{step.pk}")
    before = Side(other, _name(other, tree), _reference(other))
    clock = next((side.asset for side in (after, before) if side.asset.kind == Asset.Kind.VIDEO), None)
    mode, frame = asked.get("mode", ""), _frame(asked.get("frame", ""), clock)
    found = Pair(before, after, mode, frame, clock, _others(step, other, tree))
    fallback = "wipe" if found.same_shape else "side"
    return replace(found, mode=mode if mode in MODES and found.same_shape else fallback)


def _others(step: Step, other: Asset, tree: Tree) -> list[tuple[str, str]]:
    """Return what else a version can be compared with: the reference and the name of each, in the order of the tree."""
    start = tree.start
    begun = (
        [(_reference(start), start.name)] if start and not start.deleted_at and start.pk != other.pk else []
    )
    return begun + [
        (f"step:{one.pk}", _called(one, tree))
        for one in tree.steps.values()
        if one.output_id not in {None, other.pk, step.output_id}
    ]


def _is_deleted(asset: Asset) -> bool:
    return bool(asset.deleted_at or (asset.made_by and asset.made_by.deleted_at))


def _reference(asset: Asset) -> str:
    """Return what an address names a file by: nothing for a deleted one, which it then falls back to by itself."""
    if _is_deleted(asset):
        return ""
    return f"step:{asset.made_by_id}" if asset.made_by_id else f"asset:{asset.pk}"


def _output(step: Step) -> Asset:
    if step.output is None:
        raise ValueError(f"Step {step.pk} has no result to compare.")
    return step.output


def _name(asset: Asset, tree: Tree) -> str:
    if asset.made_by_id in tree.numbers and asset.made_by is not None:
        return _called(asset.made_by, tree)
    return asset.made_by.name if asset.made_by else asset.name


def _called(step: Step, tree: Tree) -> str:
    return f"v{tree.numbers[step.pk]} {step.name}"


def _frame(text: str, clock: Asset | None) -> int:
    if clock is None or not (text.isascii() and text.isdigit() and len(text) < 10):
        return 0
    return min(int(text), max(0, frames(clock) - 1))
