"""A hospital tells that a client of the team is there, or has come home: care pauses, and goes on, by itself."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.caseload.domain.alert import AlertKind, Subject
from services.caseload.domain.at_home import DischargeAlreadyRecorded, HospitalDischarge, NewHospitalDischarge
from services.caseload.domain.client import Client, EpisodeOfCare, EpisodeStatus
from services.caseload.domain.discharge import Pause, PauseReason, Resumption
from services.caseload.domain.hospital_stay import CAME_HOME, IN_HOSPITAL, NEVER_THERE, StayNews
from services.caseload.store import episodes
from services.caseload.usecases import tell
from services.caseload.usecases.leave import pause_episode, resume_episode
from services.caseload.usecases.team.at_home import move_hospital_discharge, record_hospital_discharge
from services.common.db import Transaction
from services.common.projections import keep_newest


@dataclass(frozen=True)
class Stay:
    """A stay in hospital as interop tells it; `is_in_hospital` is whether this or another one of the client goes on."""

    hospital_stay_id: UUID
    client_id: UUID
    status: str
    is_in_hospital: bool
    starts_on: date | None
    ends_on: date | None
    hospital_ods_code: str | None


async def hear_of_stay(tx: Transaction, stay: Stay) -> None:
    """Who is in hospital is not visited, and is again once they are home. A discharge is written down once.

    A word that is older than what is known of the stay, or as old, changes nothing; and a stay that goes on, told once
    more, does not undo what a nurse did since.
    """
    episode = await episodes.open_of(tx, stay.client_id)
    was_there = await episodes.stay_status(tx, stay.hospital_stay_id) == IN_HOSPITAL
    goes_on = stay.status == IN_HOSPITAL
    whose = {"client_id": stay.client_id if goes_on else None, "starts_on": stay.starts_on if goes_on else None}
    news = {"hospital_stay_id": stay.hospital_stay_id, "status": stay.status, **whose}
    if not await keep_newest(tx, StayNews, news):
        return
    if episode is not None and goes_on and not was_there:
        await _pause(tx, episode, stay.hospital_stay_id, stay.starts_on)
    elif episode is not None and not stay.is_in_hospital and (stay.status == CAME_HOME or stay.status in NEVER_THERE):
        await _resume(tx, episode, stay, was_there=was_there)
    if stay.status == CAME_HOME and not stay.is_in_hospital:
        await _write_down(tx, stay)


async def pause_who_is_in_hospital(tx: Transaction, episode: EpisodeOfCare) -> None:
    """Whoever is taken on while they are in hospital is visited once they are home, as a hospital told before."""
    stay = await episodes.stay_that_goes_on(tx, episode.client_id)
    if stay is not None:
        # That care begins is told as it is, before it is told that it pauses.
        await tx.settle()
        await _pause(tx, episode, stay.hospital_stay_id, stay.starts_on)


async def _pause(tx: Transaction, episode: EpisodeOfCare, stay_id: UUID, starts_on: date | None) -> None:
    """From the day of admission, or the day on which care began or last went on, where that was later: a discharge may
    be taken back."""
    if episode.status == EpisodeStatus.ACTIVE and starts_on is not None:
        went_on = [one.until_on for one in await episodes.pauses(tx, episode.id) if one.until_on is not None]
        paused_on = max(starts_on, episode.opened_on, *went_on)
        pause = Pause(reason=PauseReason.IN_HOSPITAL, paused_on=paused_on)
        await pause_episode(tx, episode.id, pause, episode.version, by_hospital=True)
        await _tell(tx, episode, stay_id)


async def _resume(tx: Transaction, episode: EpisodeOfCare, stay: Stay, *, was_there: bool) -> None:
    """What was paused for another reason stays paused. So does what a nurse paused where nobody came home, and what
    was paused after this stay was over; unless by this stay itself, which was told of late or with another day."""
    if episode.status != EpisodeStatus.ON_HOLD or episode.pause_reason != PauseReason.IN_HOSPITAL:
        return
    last = (await episodes.pauses(tx, episode.id))[-1]
    home_on = stay.ends_on if stay.status == CAME_HOME else None
    paused_on = episode.paused_on or episode.opened_on
    by_this_stay = was_there and last.paused_by is None
    if not by_this_stay and (stay.status in NEVER_THERE or (home_on is not None and home_on < paused_on)):
        return
    resumption = Resumption(resumed_on=max(home_on or tx.today, paused_on))
    await resume_episode(tx, episode.id, resumption, episode.version)
    await _tell(tx, episode, stay.hospital_stay_id)


async def _tell(tx: Transaction, episode: EpisodeOfCare, stay_id: UUID) -> None:
    """The named nurse and the deputy hear what changed by a hospital's word; what they heard of it before is over."""
    await tell.settle_alerts(tx, AlertKind.HOSPITAL_STAY, stay_id)
    about = Subject(stay_id, episode.team_id, episode.client_id)
    people = (episode.named_nurse_id, episode.deputy_id)
    await tell.raise_alert(tx, AlertKind.HOSPITAL_STAY, about, tx.now, people=people)


async def _write_down(tx: Transaction, stay: Stay) -> None:
    """Unless the client is nobody's any more; what is written is put right, if the hospital names another day."""
    known = await tx.session.get(HospitalDischarge, stay.hospital_stay_id)
    if stay.ends_on is None or await tx.session.get(Client, stay.client_id) is None:
        return
    told = NewHospitalDischarge(
        id=stay.hospital_stay_id,
        client_id=stay.client_id,
        discharged_on=stay.ends_on,
        hospital_ods_code=stay.hospital_ods_code,
    )
    try:
        if known is None:
            await record_hospital_discharge(tx, told)
        else:
            await move_hospital_discharge(tx, known, stay.ends_on)
    except DischargeAlreadyRecorded:
        return
