"""A push on the bare side: of each operation its row and the row of its inbox, and nothing else.

So 500 operations are 500 inserts of a row and 500 into the inbox, each awaited before the next, in one transaction.
Whose the episodes are is asked once for all. No rule is kept, nothing is told to others or put on record, nothing that
was sent before is known again, and of a contact its segments are left out.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg

EPISODES = "select id, team_id, client_id, referral_id from episode_of_care where id = any($1)"
INBOX = "insert into inbox (event_id, consumer) values ($1, 'push')"
INSERTS = {
    "record_care_contact": """
        insert into care_contact (id, version, changed_at, team_id, client_id, episode_of_care_id, referral_id,
            employee_id, recorded_by, channel, started_at, minutes, interventions)
        values ($1, 1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10, $11)
    """,
    "measure_wound": """
        insert into wound_measurement (id, team_id, wound_id, care_contact_id, measured_at, measured_by, length_mm,
            width_mm, area_mm2)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    """,
    "add_note": """
        insert into note (id, team_id, care_contact_id, words, written_by, written_at, received_at)
        values ($1, $2, $3, $4, $5, $6, $6)
    """,
    "rate_problem": """
        insert into omaha_rating (id, team_id, problem_id, occasion, knowledge, behavior, status, edition, rated_by,
            rated_at)
        values ($1, $2, $3, $4, $5, $6, $7, '2005', $8, $9)
    """,
}


async def insert_each(connection: asyncpg.Connection, operations: Sequence[Mapping[str, Any]], by: UUID) -> None:
    """Inside a transaction that row-level security knows the actor of; `by` is who did all of it."""
    ids = {UUID(one["body"]["episode_of_care_id"]) for one in operations if "episode_of_care_id" in one["body"]}
    episodes = {row["id"]: row for row in await connection.fetch(EPISODES, list(ids))}
    # A nurse's round is of one team.
    team_id = next(iter(episodes.values()))["team_id"]
    now = datetime.now(UTC)
    for one in operations:
        await connection.execute(INSERTS[one["kind"]], *_columns(one, episodes, team_id, by, now))
        await connection.execute(INBOX, UUID(one["operation_id"]))


def _columns(
    one: Mapping[str, Any], episodes: Mapping[UUID, Any], team_id: UUID, by: UUID, now: datetime
) -> tuple[Any, ...]:
    body, about = one["body"], {name: UUID(told) for name, told in one["about"].items()}
    id_ = UUID(body["id"])
    if one["kind"] == "record_care_contact":
        episode = episodes[UUID(body["episode_of_care_id"])]
        whose = (team_id, episode["client_id"], episode["id"], episode["referral_id"], by)
        minutes = sum(segment["minutes"] for segment in body["segments"])
        return (id_, now, *whose, body["channel"], _at(body["started_at"]), minutes, body["interventions"])
    if one["kind"] == "measure_wound":
        size = (body["length_mm"], body["width_mm"], body["length_mm"] * body["width_mm"])
        on = (about["wound_id"], UUID(body["care_contact_id"]), _at(body["measured_at"]))
        return (id_, team_id, *on, by, *size)
    if one["kind"] == "add_note":
        return (id_, team_id, about["care_contact_id"], body["words"], by, now)
    scores = (body["occasion"], body["knowledge"], body["behavior"], body["status"])
    return (id_, team_id, about["problem_id"], *scores, by, now)


def _at(told: str) -> datetime:
    return datetime.fromisoformat(told)
