"""Queries about templates, their versions, and what was answered to them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col

from services.caseload.domain.form_answer import FormAnswer, FormAnswerVersion
from services.caseload.domain.template import Template, TemplateVersion, in_force
from services.common.db import Transaction


async def versions(tx: Transaction, template_id: UUID) -> Sequence[TemplateVersion]:
    """From the first to the last."""
    wanted = select(TemplateVersion).where(col(TemplateVersion.template_id) == template_id)
    return await tx.all(wanted.order_by(col(TemplateVersion.number)))


async def version(tx: Transaction, template_version_id: UUID) -> TemplateVersion:
    """One that is known to be there."""
    wanted = select(TemplateVersion).where(col(TemplateVersion.id) == template_version_id)
    found: Sequence[TemplateVersion] = await tx.all(wanted)
    return found[0]


async def with_version(tx: Transaction, template_version_id: UUID) -> Template | None:
    """The visible template that has this version."""
    wanted = (
        select(Template)
        .join(TemplateVersion, col(TemplateVersion.template_id) == col(Template.id))
        .where(await tx.visible(Template), col(TemplateVersion.id) == template_version_id)
    )
    found: Sequence[Template] = await tx.all(wanted)
    return found[0] if found else None


async def asked_in_assessments(tx: Transaction, team_id: UUID, day: date) -> list[TemplateVersion]:
    """The forms that the team has made a part of every assessment, as they are asked on this day."""
    wanted = (
        select(TemplateVersion)
        .join(Template, col(Template.id) == col(TemplateVersion.template_id))
        .where(*_in_assessments(team_id))
        .order_by(col(Template.id))
    )
    of_template: dict[UUID, list[TemplateVersion]] = {}
    for version in await tx.all(wanted):
        of_template.setdefault(version.template_id, []).append(version)
    found = [in_force(several, day) for several in of_template.values()]
    return [version for version in found if version is not None]


async def count_in_assessments(tx: Transaction, team_id: UUID) -> int:
    """How many forms the team has made a part of every assessment, from now or later on."""
    count: int = await tx.session.scalar(select(func.count()).where(*_in_assessments(team_id))) or 0
    return count


def _in_assessments(team_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return col(Template.team_id) == team_id, col(Template.in_assessments).is_(True), col(Template.retired_on).is_(None)


async def written(tx: Transaction, form_answer: FormAnswer) -> Sequence[FormAnswerVersion]:
    """The answers as they were first written and as they were amended, in that order."""
    wanted = select(FormAnswerVersion).where(col(FormAnswerVersion.form_answer_id) == form_answer.id)
    return await tx.all(wanted.order_by(col(FormAnswerVersion.number)))
