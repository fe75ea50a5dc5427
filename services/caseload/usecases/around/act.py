"""The client's tasks: actions agreed with a member, with somebody of the network, or among the professions."""

from typing import Any
from uuid import UUID

from services.caseload.domain.action import (
    Action,
    ActionStatus,
    AgreedAction,
    Done,
    GivenBack,
    LineOfAnotherClient,
    MeetingTask,
    NewAction,
)
from services.caseload.domain.client import Client
from services.caseload.domain.due import Due
from services.caseload.domain.mdt import MdtDiscussion, NewMdtDiscussion
from services.caseload.domain.network import ConsentOfPersonNeeded, NetworkPerson, PersonOfAnotherClient
from services.caseload.store import around, networks
from services.common.db import Transaction
from services.common.errors import NotFound
from services.common.membership import require_members
from services.common.paging import PageRequest, page


async def agree_action(tx: Transaction, new: NewAction) -> Action:
    """One more thing to be done for the client.

    Raises `NotInTheTeam`, `PersonOfAnotherClient`, `ConsentOfPersonNeeded` or `LineOfAnotherClient`.
    """
    client = await tx.get(Client, new.client_id)
    await _require_doers(tx, client, [new], "/body")
    action = Action.agreed(new, client, tx.actor.employee_id, tx.now)
    tx.add(action)
    await tx.session.flush()
    return action


async def take_from_meeting(tx: Transaction, agreed: MeetingTask) -> None:
    """What the team agreed at its meeting is among the client's tasks. Raises `NotFound`, so that the event waits."""
    client = await tx.get(Client, agreed.client_id)
    if client.team_id != agreed.team_id:
        raise NotFound("client")
    tx.add(Action.from_meeting(agreed, tx.now))


async def list_actions(
    tx: Transaction,
    request: PageRequest,
    *,
    client_id: UUID | None,
    employee_id: UUID | None,
    status: ActionStatus | None,
    due: Due | None,
) -> dict[str, Any]:
    """The client's tasks, or a member's, or all of them; open ones, or those that are due."""
    wanted = await around.listed(tx, Action, client_id=client_id, employee_id=employee_id, status=status, due=due)
    return await page(tx, wanted, Action, request)


async def read_action(tx: Transaction, action_id: UUID) -> Action:
    return await tx.get(Action, action_id)


async def finish_action(tx: Transaction, action_id: UUID, done: Done, if_match: int) -> Action:
    """It is done. Raises `ActionAlreadyEnded`."""
    action = await around.for_change(tx, Action, action_id, if_match)
    action.finish(done, tx.actor.employee_id, tx.now)
    await tx.session.flush()
    return action


async def give_back_action(tx: Transaction, action_id: UUID, given_back: GivenBack, if_match: int) -> Action:
    """It will not be done, or not by them. Raises `ActionAlreadyEnded`."""
    action = await around.for_change(tx, Action, action_id, if_match)
    action.give_back(given_back.reason, tx.actor.employee_id, tx.now)
    await tx.session.flush()
    return action


async def hold_mdt_discussion(tx: Transaction, new: NewMdtDiscussion) -> tuple[MdtDiscussion, list[Action]]:
    """Keep what a discussion came to; its actions are among the client's tasks from now on.

    Raises what `agree_action` raises, naming the action.
    """
    client = await tx.get(Client, new.client_id)
    if new.lead_employee_id is not None:
        await require_members(tx, client.team_id, tx.today, {"/body/lead_employee_id": new.lead_employee_id})
    await _require_doers(tx, client, new.actions, "/body/actions")
    discussion = MdtDiscussion.held(new, client, tx.actor.employee_id, tx.now)
    tx.add(discussion)
    await tx.session.flush()
    source = {"mdt_discussion_id": discussion.id}
    actions = [Action.agreed(one, client, tx.actor.employee_id, tx.now, **source) for one in new.actions]
    tx.session.add_all(actions)
    await tx.session.flush()
    return discussion, actions


async def list_mdt_discussions(tx: Transaction, request: PageRequest, *, client_id: UUID | None) -> dict[str, Any]:
    """The discussions of one client, or of all that the caller may see."""
    return await page(tx, await around.listed(tx, MdtDiscussion, client_id=client_id), MdtDiscussion, request)


async def read_mdt_discussion(tx: Transaction, mdt_discussion_id: UUID) -> tuple[MdtDiscussion, list[Action]]:
    discussion = await tx.get(MdtDiscussion, mdt_discussion_id)
    return discussion, list(await networks.actions_of_discussion(tx, discussion.id))


async def _require_doers(tx: Transaction, client: Client, wanted: list[Any], at: str) -> None:
    """Each action is for somebody who can take it on, and for this client's plan."""
    for place, action in enumerate(wanted):
        where = at if isinstance(action, NewAction) else f"{at}/{place}"
        await _require_doer(tx, client, action, where)


async def _require_doer(tx: Transaction, client: Client, action: AgreedAction, where: str) -> None:
    if action.employee_id is not None:
        await require_members(tx, client.team_id, tx.today, {f"{where}/employee_id": action.employee_id})
    if action.network_person_id is not None:
        person = await tx.session.get(NetworkPerson, action.network_person_id, with_for_update={"read": True})
        if person is None or person.client_id != client.id:
            raise PersonOfAnotherClient(f"{where}/network_person_id")
        if not person.consents:
            raise ConsentOfPersonNeeded(f"{where}/network_person_id")
    if action.care_plan_line_id is not None and not await networks.is_line_of(tx, action.care_plan_line_id, client.id):
        raise LineOfAnotherClient(f"{where}/care_plan_line_id")
