"""The same number of people in both systems of `benchmarks.gnuhealth`, and what there is to ask about them."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from uuid import uuid4

import asyncpg
import httpx
from nhs_number.validate import is_valid
from uuid6 import uuid7

from benchmarks.gateway_house import ADDRESS, NURSE, PERSON, REFERRAL, Side
from benchmarks.gnuhealth_server import DATABASE, GnuHealth
from demo.barrow import TEAM, employee
from demo.servers.postgres import EmbeddedPostgres

# A team's caseload. So many in each system are made through its own door, and the others are copies of them in SQL: in
# other teams here; there with names of their own, so that no more than `SAME_NAME` share one.
MINE, SAME_NAME, DEPUTY = 50, 40, "tom"
COPIED = """
insert into {table} ({columns}) select {values} from {table}, generate_series(1, {copies}) as copy
"""
ANOTHER, OF_ANOTHER = "{name} || '-' || copy", "{name} + copy * 1000"
NAMED = f"regexp_replace({{name}}, '-[0-9]+$', '-' || copy / {SAME_NAME})"
TABLES = {
    "party_party": {
        "id": OF_ANOTHER,
        "code": ANOTHER,
        "ref": ANOTHER,
        "federation_account": ANOTHER,
        "lastname": NAMED,
    },
    "party_party_lang": {"id": OF_ANOTHER, "party": OF_ANOTHER},
    "gnuhealth_patient": {"id": OF_ANOTHER, "party": OF_ANOTHER},
    "gnuhealth_person_name": {"id": OF_ANOTHER, "party": OF_ANOTHER, "family": NAMED},
}
TO_OTHER_TEAMS = """
insert into client (id, team_id, {columns})
select uuidv7(), other.team_id, {columns}
from client, (select uuidv7() as team_id from generate_series(1, {teams}) offset 0) as other
where client.team_id = '{team}'
"""


@dataclass(frozen=True)
class People:
    """Who is asked for in turn: by id, by number, and by name."""

    ids: list[str]
    numbers: list[str]
    names: list[str]


def patients(postgres: EmbeddedPostgres, server: GnuHealth, count: int) -> People:
    """So many patients in GNU Health."""
    parties = [server.ask("model.party.party.create", [party(_family(number))], {})[0] for number in range(MINE)]
    asyncio.run(_copied(postgres, count // MINE - 1))
    made = server.ask("model.gnuhealth.patient.search_read", [["party", "in", parties]], 0, None, None, ["puid"], {})
    return People([str(one["id"]) for one in made], [one["puid"] for one in made], [*map(_family, range(MINE))])


def party(family: str) -> dict[str, object]:
    """What is sent to make a patient, alone: the server makes all that are in one call once for each of them."""
    born = dict(zip(("year", "month", "day"), map(int, PERSON["birth_on"].split("-")), strict=True))
    person = {"name": PERSON["given_name"], "lastname": family, "gender": "f", "dob": {"__class__": "date", **born}}
    return {**person, "fed_country": "XXX", "is_person": True, "is_patient": True, "create_target": True}


def _family(number: int) -> str:
    return f"Example{number:02}-0"


async def _copied(postgres: EmbeddedPostgres, copies: int) -> None:
    connection = await postgres.admin(DATABASE)
    for table, replaced in TABLES.items():
        names = await _columns(connection, table)
        values = [replaced.get(name, "{name}").format(name=name) for name in names]
        copied = COPIED.format(table=table, columns=", ".join(names), values=", ".join(values), copies=copies)
        await connection.execute(copied)
        await connection.execute(f"select setval(pg_get_serial_sequence('{table}', 'id'), max(id)) from {table}")
    await connection.close()


async def _columns(connection: asyncpg.Connection, table: str) -> list[str]:
    described = "select column_name from information_schema.columns where table_name = $1 order by 1"
    return [row["column_name"] for row in await connection.fetch(described, table)]


def clients(postgres: EmbeddedPostgres, side: Side, count: int) -> People:
    """So many clients in caseload, of whom the nurse's team has `MINE`: referred and taken on, each with a number."""
    asyncio.run(_deputy(postgres))
    numbers = list(islice(_numbers(), MINE))
    headers = {"Authorization": f"Bearer {side.token()}"}
    with httpx.Client(base_url=side.base, headers=headers, trust_env=False, timeout=30) as http:
        ids = [_taken_on(http, number) for number in numbers]
    asyncio.run(_other_teams(postgres, count // MINE - 1))
    return People(ids, numbers, [])


def _numbers() -> Iterator[str]:
    """NHS numbers of the range that is nobody's."""
    tried = (f"999{stem:06}{digit}" for stem in range(10**6) for digit in range(10))
    return (number for number in tried if is_valid(number))


def _taken_on(http: httpx.Client, number: str) -> str:
    referral_id = str(uuid7())
    sent = {**REFERRAL, "id": referral_id, "person": PERSON | ADDRESS | {"nhs_number": number}}
    _posted(http, "/v1/referrals", sent, {})
    acceptance = {
        "client_id": str(uuid7()),
        "episode_of_care_id": str(uuid7()),
        "named_nurse_id": str(employee(NURSE)),
        "deputy_id": str(employee(DEPUTY)),
        "pathway": "long_term",
        "urgent_reason": "The first visit is tomorrow",
    }
    _posted(http, f"/v1/referrals/{referral_id}/accept", acceptance, {"If-Match": '"1"'})
    return acceptance["client_id"]


def _posted(http: httpx.Client, path: str, sent: Mapping[str, object], headers: dict[str, str]) -> None:
    answer = http.post(path, json=sent, headers={**headers, "Idempotency-Key": str(uuid4())})
    if answer.is_error:
        raise RuntimeError(f"{path}: {answer.text}")


async def _deputy(postgres: EmbeddedPostgres) -> None:
    connection = await _owner(postgres)
    row = f"'{TEAM}', '{employee(DEPUTY)}', '2025-01-01', 1"
    await connection.execute(f"insert into team_member (team_id, employee_id, from_on, version) values ({row})")
    await connection.close()


async def _other_teams(postgres: EmbeddedPostgres, teams: int) -> None:
    connection = await _owner(postgres)
    columns = ", ".join(name for name in await _columns(connection, "client") if name not in ("id", "team_id"))
    await connection.execute(TO_OTHER_TEAMS.format(columns=columns, teams=teams, team=TEAM))
    await connection.close()


async def _owner(postgres: EmbeddedPostgres) -> asyncpg.Connection:
    address = postgres.owner_url("caseload").replace("+asyncpg", "")
    return await asyncpg.connect(address, server_settings={"app.every_team": "on"})


async def settle(postgres: EmbeddedPostgres) -> None:
    """What autovacuum would do sooner or later, in the midst of a round."""
    for database in (DATABASE, "caseload"):
        connection = await postgres.admin(database)
        await connection.execute("vacuum analyze")
        await connection.close()
