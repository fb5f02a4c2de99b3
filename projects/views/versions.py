"""The versions that came of one photo or clip: the tree beside the player, and the numbers people call them by."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from projects.actions import keeping
from projects.models import Asset, Step
from projects.models.approval import with_approval


@dataclass(slots=True)
class Version:
    """One step of the tree. Where it has several children, each begins a branch of its own."""

    step: Step
    number: int
    kept: keeping.Kept | None = None
    branches: list[list[Version]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tree:
    """What came of `start`. A version with one child goes on in its own branch; several children fork."""

    start: Asset | None
    branches: list[list[Version]]
    numbers: dict[int, int]
    steps: dict[int, Step]

    def takes(self, step: Step) -> list[Step]:
        """Return the results that were asked for in the same breath as this one, itself among them."""
        return [
            other
            for other in self.steps.values()
            if (other.order_id, other.stage) == (step.order_id, step.stage)
        ]


def of_step(step: Step) -> Tree:
    """Return the whole tree that a step grows on."""
    links = _Links.of(step.project_id)
    top = links.top(step.pk)
    return _tree(links, links.sources[top], alone=top)


def of_asset(asset: Asset) -> Tree:
    """Return the tree of what was made from an upload."""
    return _tree(_Links.of(asset.project_id), asset.pk)


@dataclass(frozen=True, slots=True)
class _Links:
    """Who descends from whom in a project, in the order of making; deleted steps too, so that numbers stay."""

    parents: dict[int, int | None]
    sources: dict[int, int | None]
    deleted: frozenset[int]

    @classmethod
    def of(cls, project_id: int) -> _Links:
        rows = list(
            Step.objects.filter(project_id=project_id)
            .order_by("pk")
            .values_list("pk", "parent_id", "source_id", "deleted_at")
        )
        return cls(
            parents={pk: parent for pk, parent, _, _ in rows},
            sources={pk: source for pk, _, source, _ in rows},
            deleted=frozenset(pk for pk, _, _, deleted in rows if deleted),
        )

    def top(self, pk: int) -> int:
        """Return the first step of a chain, the one that was made from an upload."""
        while (parent := self.parents[pk]) is not None:
            pk = parent
        return pk

    def living_parent(self, pk: int) -> int | None:
        """Return the nearest step above that is not deleted."""
        above = self.parents[pk]
        while above is not None and above in self.deleted:
            above = self.parents[above]
        return above


def _tree(links: _Links, source: int | None, alone: int | None = None) -> Tree:
    """Return the tree of everything that grew from `source`; without one it is what grew from the step `alone`."""
    tops = {pk: links.top(pk) for pk in links.parents}
    mine = [pk for pk, top in tops.items() if (links.sources[top] == source if source else top == alone)]
    numbers = {pk: number for number, pk in enumerate(mine, start=1)}
    living = [pk for pk in mine if pk not in links.deleted]
    shown = Step.objects.filter(pk__in=living).select_related("output", "source", "project")
    rows = with_approval(shown).in_bulk()
    kept = keeping.of_steps(rows.values())
    children: defaultdict[int | None, list[int]] = defaultdict(list)
    for pk in living:
        children[links.living_parent(pk)].append(pk)

    def version(pk: int) -> Version:
        return Version(rows[pk], numbers[pk], kept.get(pk))

    def branch(pk: int) -> list[Version]:
        chain = [version(pk)]
        while len(children[pk]) == 1:
            pk = children[pk][0]
            chain.append(version(pk))
        chain[-1].branches = [branch(child) for child in children[pk]]
        return chain

    start = Asset.objects.select_related("project").filter(pk=source).first() if source else None
    return Tree(start, [branch(pk) for pk in children[None]], numbers, {pk: rows[pk] for pk in living})
