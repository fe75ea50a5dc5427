"""What roster's agreeing adds to the world of the tests that ask everybody: ids, bodies and secrets."""

from typing import Any

from tests.access.world import World
from tests.roster.agreeing import made as rota
from tests.roster.agreeing.made import a_leave, an_agreement, availability
from tests.roster.facts import RUTH, TOM, a_shift


async def add(made: World) -> None:
    """A rota with a version that is proposed and one that is a draft, an answer to the first, and a duty type."""
    nurse = await made.system.nurse("roster")
    types = {code: rota.a_duty_type(code) for code in rota.DUTIES}
    for duty_type in types.values():
        await _made(nurse, "/v1/duty-types", duty_type)
    period = rota.a_rota()
    await _made(nurse, "/v1/rotas", period)
    draft, proposed = rota.a_version((RUTH, 0, "E")), rota.a_version((TOM, 1, "L"))
    for version in (proposed, draft):
        await _made(nurse, f"/v1/rotas/{period['id']}/versions", version)
    await nurse.post(f"/v1/rota-versions/{proposed['id']}/propose", headers={"If-Match": '"1"'})
    response = rota.a_response("objection")
    await _made(nurse, f"/v1/rota-versions/{proposed['id']}/responses", response)
    leave, said = a_leave(TOM, from_on=rota.day(40), to_on=rota.day(41)), availability()
    # Whoever asks for leave does not answer it.
    await _made(await made.system.client("roster", TOM), "/v1/leave", leave)
    await _made(nurse, "/v1/availability", said)
    shift = a_shift(starts_at="2026-11-27T09:00:00Z", ends_at="2026-11-27T12:00:00Z")
    await _made(nurse, "/v1/shifts", shift)
    made.ids |= {
        "shift_id": shift["id"],
        "leave_id": leave["id"],
        "availability_id": said["id"],
        "rota_id": period["id"],
        "rota_version_id": proposed["id"],
        "other_version_id": draft["id"],
        "rota_response_id": response["id"],
        "duty_type_id": types["E"]["id"],
    }
    made.bodies |= {
        "PATCH /v1/shifts/{shift_id}": {"starts_at": "2026-11-27T10:00:00Z", "ends_at": "2026-11-27T13:00:00Z"},
        "POST /v1/leave": a_leave(RUTH, from_on=rota.day(50), to_on=rota.day(51)),
        "POST /v1/leave/{leave_id}/answer": {"ok": True},
        "POST /v1/availability": availability(),
        "POST /v1/availability/{availability_id}/end": {"until_on": rota.day(60)},
        "POST /v1/team-agreements": an_agreement(720),
        "POST /v1/rotas/{rota_id}/amendments": rota.a_version(
            (TOM, 1, "E"), reason="demand", from_version_id=proposed["id"]
        ),
        "POST /v1/rotas": rota.a_rota(from_on=rota.day(14), to_on=rota.day(27)),
        "POST /v1/rotas/{rota_id}/withdraw": {"reason": "It is for the wrong month"},
        "PUT /v1/rotas/{rota_id}/needs": {"needs": period["needs"]},
        "POST /v1/duty-types": rota.a_duty_type("E", from_on="2025-02-01"),
        "POST /v1/duty-types/{duty_type_id}/end": {"until_on": "2030-01-01"},
        "POST /v1/rotas/{rota_id}/versions": rota.a_version((RUTH, 0, "E"), from_version_id=proposed["id"]),
        "PUT /v1/rota-versions/{rota_version_id}/duties": {"duties": rota.cells((RUTH, 0, "L"))},
        "POST /v1/rota-versions/{rota_version_id}/responses": rota.a_response(),
        "POST /v1/rota-versions/{rota_version_id}/decision": rota.a_decision(RUTH, TOM),
        "POST /v1/rota-versions/{rota_version_id}/publish": {"urgency": "Nobody is there on Monday"},
    }


async def _made(nurse: Any, path: str, body: dict[str, Any]) -> None:
    answer = await nurse.post(path, json=body)
    assert answer.status_code == 201, answer.text
