"""Templates: made, changed and retired by the team itself."""

from datetime import date
from typing import Any
from uuid import UUID

from services.caseload.domain.template import (
    MOST_FORMS,
    NewTemplate,
    NewVersion,
    Template,
    TemplateKind,
    TemplateVersion,
    TooManyForms,
    in_force,
)
from services.caseload.store import around
from services.caseload.store import templates as store
from services.common.db import Transaction
from services.common.paging import PageRequest, page

Versions = tuple[Template, list[TemplateVersion]]


async def make_template(tx: Transaction, new: NewTemplate) -> Versions:
    """The team asks something of its own from a day on. Raises `MinutesOfNoVisit` or `TooManyForms`."""
    await tx.require_team(new.team_id)
    if new.in_assessments:
        await tx.take_turns(f"template/{new.team_id}")
        if await store.count_in_assessments(tx, new.team_id) >= MOST_FORMS:
            raise TooManyForms
    by = tx.actor.employee_id
    template = Template.made(new, by, tx.now)
    first = TemplateVersion.of(template, new, 1, by, tx.now)
    tx.add(template)
    await tx.session.flush()
    tx.add(first)
    await tx.session.flush()
    return template, [first]


async def list_templates(
    tx: Transaction, request: PageRequest, *, team_id: UUID | None, kind: TemplateKind | None
) -> dict[str, Any]:
    """What the caller's teams ask, retired or not."""
    return await page(tx, await around.listed(tx, Template, team_id=team_id, kind=kind), Template, request)


async def read_template(tx: Transaction, template_id: UUID) -> Versions:
    """One template with all of its versions."""
    template = await tx.get(Template, template_id)
    return template, list(await store.versions(tx, template.id))


async def change_template(tx: Transaction, template_id: UUID, new: NewVersion, if_match: int) -> Versions:
    """From a day on something else is asked; what was asked before stays as it was.

    Raises `TemplateRetired`, `VersionBeginsTooEarly` or `MinutesOfNoVisit`.
    """
    template = await around.for_change(tx, Template, template_id, if_match)
    versions = list(await store.versions(tx, template.id))
    template.follow(new, versions[-1], tx.today, tx.now)
    made = TemplateVersion.of(template, new, versions[-1].number + 1, tx.actor.employee_id, tx.now)
    tx.add(made)
    await tx.session.flush()
    return template, [*versions, made]


async def retire_template(tx: Transaction, template_id: UUID, if_match: int) -> Versions:
    """It is asked no more. Raises `TemplateRetired`."""
    template = await around.for_change(tx, Template, template_id, if_match)
    template.retire(tx.today, tx.now)
    await tx.session.flush()
    return template, list(await store.versions(tx, template.id))


def asked_on(versions: list[TemplateVersion], day: date) -> UUID | None:
    """Which of the versions is asked on this day."""
    found = in_force(versions, day)
    return found.id if found else None
