"""History: all that was said of one part of a care plan, and who knew of what; from which follows what is shown.

Nothing in it depends on the order in which the edits came: the same edits end alike.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

from services.caseload.domain.plan_edit import PlanEdit


class History:
    """Of several edits, whoever said the later one knew of what the plan said on the version before them, and of what
    they had said before on the same device, also where that came later. A person who settled knew of all there was.

    Every edit comes after those that it follows.
    """

    def __init__(self, edits: Sequence[PlanEdit]) -> None:
        self._own_before: dict[UUID, PlanEdit] = {}
        self._base = {edit.id: edit.base_version for edit in edits}
        for own in _by_writer(edits):
            self._learn_order(own)
        self.edits = sorted(edits, key=lambda one: (self._base[one.id], one.is_settlement, one.sequence or 0))
        self._shown = sorted((version, edit.id) for edit in edits for version in edit.shown_from)
        self._by_id = {edit.id: edit for edit in edits}
        self._ancestors: dict[UUID, frozenset[UUID]] = {}
        self._followed_by: defaultdict[UUID, list[PlanEdit]] = defaultdict(list)
        self._content: dict[UUID, dict[str, Any]] = {}
        for edit in self.edits:
            self._add(edit)

    def _learn_order(self, own: Sequence[PlanEdit]) -> None:
        """Nobody knows less than they did: an earlier edit is on no later version than those that came after it."""
        least = own[-1].base_version
        for edit in reversed(own):
            least = min(least, edit.base_version)
            self._base[edit.id] = least
        self._own_before |= {after.id: before for before, after in zip(own, own[1:], strict=False)}

    def _add(self, edit: PlanEdit) -> None:
        follows = self._follows(edit)
        known = (self._ancestors[one.id] | {one.id} for one in follows)
        self._ancestors[edit.id] = frozenset().union(*known)
        for one in follows:
            self._followed_by[one.id].append(edit)
        written_on = self._written_on(edit)
        before = self._content[written_on.id] if written_on else {}
        said = edit.content.items()
        self._content[edit.id] = {name: before.get(name) if value is None else value for name, value in said}

    def _follows(self, edit: PlanEdit) -> list[PlanEdit]:
        """What they who said it knew of, as far as nothing else followed on it."""
        if edit.is_settlement:
            return [one for one in self.edits if one.known_from <= edit.base_version and one is not edit]
        return [one for one in (self._before_them(edit), self._own_before.get(edit.id)) if one is not None]

    def _before_them(self, edit: PlanEdit) -> PlanEdit | None:
        """What the plan said on the version that they had."""
        place = bisect_right(self._shown, self._base[edit.id], key=lambda one: one[0])
        return self._by_id[self._shown[place - 1][1]] if place else None

    def _written_on(self, edit: PlanEdit) -> PlanEdit | None:
        """What they left as it was is as in their own edit before, unless the plan was read anew meanwhile."""
        own, read = self._own_before.get(edit.id), self._before_them(edit)
        return own if own is not None and self._before_them(own) is read else read

    def content_of(self, edit: PlanEdit) -> dict[str, Any]:
        """With what was left as it was."""
        return self._content[edit.id]

    def is_superseded(self, edit: PlanEdit) -> bool:
        """Somebody who knew of it said something else."""
        return bool(self._followed_by[edit.id])

    @property
    def shown(self) -> PlanEdit:
        """What the plan says at this moment."""
        return self._by_id[self._shown[-1][1]]

    @cached_property
    def live(self) -> PlanEdit:
        """What is to be shown: of what followed on the same, each time what a person settled, then what happened first,
        and so on from there."""
        live = self.edits[0]
        while following := self._followed_by[live.id]:
            live = min(following, key=_comes_first)
        return live

    @cached_property
    def disputed(self) -> list[PlanEdit]:
        """What stands beside something else of which it did not know, with all that followed on it; but nothing that a
        person has settled. Each comes after those that it follows."""
        settled = [edit for edit in self.edits if edit.is_settlement]
        covered = self._ancestors[settled[-1].id] if settled else frozenset()
        open_ = [edit for edit in self.edits if edit.id not in covered]
        apart = {one.id for one in open_ if any(self._are_apart(one, other) for other in open_)}
        return [one for one in open_ if one.id in apart or self._ancestors[one.id] & apart]

    def _are_apart(self, one: PlanEdit, other: PlanEdit) -> bool:
        knew = one.id in self._ancestors[other.id] or other.id in self._ancestors[one.id]
        return one is not other and not knew


def _by_writer(edits: Sequence[PlanEdit]) -> list[list[PlanEdit]]:
    """What each person said on each device, in the order in which they did. Another person who holds the tablet after
    them has not seen what waits on it."""
    found: defaultdict[tuple[UUID, UUID | None], list[PlanEdit]] = defaultdict(list)
    for edit in edits:
        if edit.device_id is not None:
            found[edit.device_id, edit.made_by].append(edit)
    return [sorted(own, key=lambda one: one.sequence or 0) for own in found.values()]


def _comes_first(edit: PlanEdit) -> tuple[bool, Any, bytes]:
    return not edit.is_settlement, edit.happened_at, edit.key.bytes
