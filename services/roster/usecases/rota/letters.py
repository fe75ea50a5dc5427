"""What the letters of a rota mean: the team's duty types, but for those that the team has agreed to work by."""

from collections.abc import Mapping

from pydantic import TypeAdapter

from services.common.db import Transaction
from services.roster.domain.rota.problem import DutyType
from services.roster.domain.rota_version.duty import Clock
from services.roster.domain.rota_version.duty_type import in_use
from services.roster.domain.rota_version.rota import Rota
from services.roster.domain.rota_version.version import RotaVersion
from services.roster.store import rota_versions

DUTY_TYPES = TypeAdapter(tuple[DutyType, ...])


async def letters_of(tx: Transaction, rota: Rota) -> Mapping[str, DutyType]:
    """By code. Once a version is agreed or published its letters mean what they meant then, in every later one too.

    A type that is set or ended afterwards holds for rotas to come.
    """
    types = in_use(await rota_versions.duty_types(tx, rota.team_id, rota.to_on), rota.from_on, rota.to_on)
    agreed = DUTY_TYPES.validate_python(await rota_versions.agreed_letters(tx, rota.id))
    return types | {one.code: one for one in agreed}


async def time_anew(tx: Transaction, rota: Rota, version: RotaVersion) -> None:
    """The duties of a draft are at the times that their letters mean by now.

    Raises `UnknownDuty` or `AmbiguousClock`.
    """
    clock = Clock(rota, await letters_of(tx, rota))
    for duty in await rota_versions.duties_of(tx, version.id):
        duty.take_times(*clock.times(duty.day_on, duty.code), tx.now)
    await tx.session.flush()
