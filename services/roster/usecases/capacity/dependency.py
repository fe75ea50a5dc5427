"""Dependency: the team enters its categories, and the named nurse says which of them a client is in."""

from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.common.paging import PageRequest, page
from services.roster.domain.dependency import (
    CategorySaidAlready,
    Dependency,
    DependencyCategory,
    NewCategory,
    NewDependency,
    UnknownCategory,
)
from services.roster.domain.visit_plan import NotTheNamedNurse
from services.roster.store import dependency as store
from services.roster.store import facts
from services.roster.store.of_team import of_team


async def enter_category(tx: Transaction, new: NewCategory) -> DependencyCategory:
    """A category with its multiplier, by whoever holds a licence for it. Raises `CategorySaidAlready`."""
    await tx.require_team(new.team_id)
    category = DependencyCategory.made(new, tx.now)
    async with tx.refusing({"dependency_category_said_once": CategorySaidAlready}):
        tx.add(category)
    return category


async def say_dependency(tx: Transaction, new: NewDependency) -> Dependency:
    """Raises `NotFound`, `UnknownClient`, `NotTheNamedNurse` or `UnknownCategory`."""
    await tx.require_team(new.team_id)
    if tx.actor.employee_id not in await facts.care_team(tx, new.team_id, new.client_id):
        raise NotTheNamedNurse
    known = await store.categories(tx, new.team_id)
    if not any(one.code == new.category and one.from_on <= new.from_on for one in known):
        raise UnknownCategory
    dependency = Dependency.said(new, tx.actor.employee_id, tx.now)
    tx.add(dependency)
    return dependency


async def list_categories(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    return await page(tx, await of_team(tx, DependencyCategory, team_id), DependencyCategory, request)


async def list_dependencies(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    return await page(tx, await of_team(tx, Dependency, team_id), Dependency, request)
