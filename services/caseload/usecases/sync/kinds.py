"""What a device may send: each kind is an operation of the API, with the same body, rules and effect."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.caseload import usecases
from services.caseload.domain.action import Action, Done, GivenBack
from services.caseload.domain.administration import NewAdministration
from services.caseload.domain.care_contact import NewCareContact, NewNote
from services.caseload.domain.care_plan import LineChange, WhoToCall
from services.caseload.domain.clinical_test import ClinicalTest, Taking
from services.caseload.domain.omaha import NewRating
from services.caseload.domain.sync_operation import SentOperation
from services.caseload.domain.syringe_driver import NewCheck
from services.caseload.domain.wound import NewMeasurement, NewWound
from services.caseload.usecases import around
from services.caseload.usecases.sync import disputes, plan_text
from services.caseload.usecases.sync.operation import Effect, Op
from services.common.db import Transaction
from services.common.errors import ServiceError
from services.common.types import Input

Run = Callable[[Transaction, Op], Awaitable[Effect]]
Dispute = Callable[[Transaction, Op, ServiceError], Awaitable[Effect | None]]


@dataclass(frozen=True)
class Kind:
    """`named` is the table of what it is about, and where its id is sent; `makes` is the table of what comes of it.

    `instants` and `days` of the body are the device's clock's. `dispute` says what becomes of what a rule refuses.
    `stage` is for facts, which commute and so can be written many at once: those of 1 before those of 2. `visit` is
    where the body may name the contact at which it was done. `by_registered` is what a registered nurse alone takes in.
    """

    body: type[Input]
    named: tuple[str, str, str]
    run: Run
    also_about: tuple[str, ...] = ()
    makes: str | None = None
    instants: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    dispute: Dispute = disputes.none
    stage: int | None = None
    visit: str | None = None
    by_registered: bool = False

    @property
    def about(self) -> tuple[str, ...]:
        where, name = self.named[1:]
        return (name, *self.also_about) if where == "about" else self.also_about

    def subject(self, sent: SentOperation) -> UUID | None:
        """The id of what it is about, if one was sent that can be read."""
        _, where, name = self.named
        return _id((sent.about if where == "about" else sent.body).get(name))

    def visit_of(self, sent: SentOperation) -> UUID | None:
        """The id of the contact at which it was done, if one was sent that can be read."""
        return _id(sent.body.get(self.visit)) if self.visit else None

    def made_id(self, sent: SentOperation) -> UUID | None:
        return _id(sent.body.get("id")) if self.makes else None


def _id(found: Any) -> UUID | None:
    try:
        return found if isinstance(found, UUID) else UUID(str(found))
    except ValueError:
        return None


async def _contact(tx: Transaction, op: Op) -> Effect:
    contact, _ = await usecases.record_care_contact(tx, _as(NewCareContact, op))
    return Effect(row=contact)


async def _note(tx: Transaction, op: Op) -> Effect:
    await usecases.add_note(tx, op.sent.about["care_contact_id"], _as(NewNote, op))
    return Effect()


async def _find_wound(tx: Transaction, op: Op) -> Effect:
    wound = await usecases.find_wound(tx, _as(NewWound, op))
    return Effect(row=wound)


async def _measure_wound(tx: Transaction, op: Op) -> Effect:
    wound = await usecases.add_measurement(tx, op.sent.about["wound_id"], _as(NewMeasurement, op))
    return Effect(row=wound)


async def _rate_problem(tx: Transaction, op: Op) -> Effect:
    await usecases.rate_problem(tx, op.sent.about["problem_id"], _as(NewRating, op))
    return Effect()


async def _administration(tx: Transaction, op: Op) -> Effect:
    made = await usecases.record_administration(tx, _as(NewAdministration, op))
    return Effect(row=made)


async def _check_driver(tx: Transaction, op: Op) -> Effect:
    driver, _ = await usecases.check_driver(tx, op.sent.about["syringe_driver_id"], _as(NewCheck, op))
    return Effect(row=driver)


async def _finish_action(tx: Transaction, op: Op) -> Effect:
    """On the version that there is now: whether it may still be done is the rule, and not who touched it last."""
    action = await tx.get(Action, op.sent.about["action_id"], lock=True)
    done = await around.finish_action(tx, action.id, _as(Done, op), action.version)
    return Effect(row=done)


async def _give_back_action(tx: Transaction, op: Op) -> Effect:
    action = await tx.get(Action, op.sent.about["action_id"], lock=True)
    given_back = await around.give_back_action(tx, action.id, _as(GivenBack, op), action.version)
    return Effect(row=given_back)


async def _take_test(tx: Transaction, op: Op) -> Effect:
    test = await tx.get(ClinicalTest, op.sent.about["test_id"], lock=True)
    taken = await around.take_test(tx, test.id, _as(Taking, op), test.version)
    return Effect(row=taken)


async def _change_line(tx: Transaction, op: Op) -> Effect:
    return await plan_text.write_offline(tx, op, op.sent.about["line_id"])


async def _say_who_to_call(tx: Transaction, op: Op) -> Effect:
    return await plan_text.write_offline(tx, op, None)


def _as(model: type[Any], op: Op) -> Any:
    """The body, which was read by this very model."""
    if not isinstance(op.body, model):
        raise TypeError(f"{type(op.body).__name__} is no {model.__name__}")
    return op.body


KINDS: dict[str, Kind] = {
    "record_care_contact": Kind(
        NewCareContact,
        ("episode_of_care", "body", "episode_of_care_id"),
        _contact,
        makes="care_contact",
        instants=("started_at",),
        dispute=disputes.of_contact,
        stage=1,
    ),
    "add_note": Kind(NewNote, ("care_contact", "about", "care_contact_id"), _note, dispute=disputes.of_note, stage=2),
    "find_wound": Kind(
        NewWound,
        ("episode_of_care", "body", "episode_of_care_id"),
        _find_wound,
        makes="wound",
        dispute=disputes.of_wound,
        stage=1,
    ),
    "measure_wound": Kind(
        NewMeasurement,
        ("wound", "about", "wound_id"),
        _measure_wound,
        instants=("measured_at",),
        dispute=disputes.of_measurement,
        stage=2,
        visit="care_contact_id",
    ),
    "rate_problem": Kind(
        NewRating, ("client_problem", "about", "problem_id"), _rate_problem, dispute=disputes.of_rating, stage=2
    ),
    "record_administration": Kind(
        NewAdministration,
        ("medicine", "body", "medicine_id"),
        _administration,
        instants=("happened_at",),
        dispute=disputes.of_dose,
        by_registered=True,
    ),
    "check_driver": Kind(
        NewCheck,
        ("syringe_driver", "about", "syringe_driver_id"),
        _check_driver,
        instants=("checked_at", "next_due_at"),
        dispute=disputes.of_check,
        by_registered=True,
    ),
    "finish_action": Kind(
        Done, ("action", "about", "action_id"), _finish_action, days=("done_on",), dispute=disputes.of_action
    ),
    "give_back_action": Kind(
        GivenBack, ("action", "about", "action_id"), _give_back_action, dispute=disputes.of_action
    ),
    "take_test": Kind(
        Taking, ("clinical_test", "about", "test_id"), _take_test, days=("taken_on",), dispute=disputes.of_test
    ),
    "change_line": Kind(LineChange, ("care_plan", "about", "care_plan_id"), _change_line, also_about=("line_id",)),
    "say_who_to_call": Kind(WhoToCall, ("care_plan", "about", "care_plan_id"), _say_who_to_call),
}
