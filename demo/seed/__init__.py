"""The Barrow team, entered through the API: what is missing is added, and what is there is left."""

from demo.barrow import DATA, TEAM, Calendar, id_of
from demo.callers import Gateway, Refused
from demo.partners.council import PATH, SECRET
from demo.partners.surgery import DOS_SERVICE_ID
from demo.report import Report
from demo.seed.clients import Clients
from demo.seed.rota import Rota
from demo.seed.staff import Staff

COUNCIL = id_of("connection", "westmere council")
BUDGET = id_of("budget", "pooled")


async def sow(gateway: Gateway, calendar: Calendar, report: Report, council_url: str) -> None:
    """Seed everything the day needs."""
    staff = Staff(gateway, calendar, report)
    await staff.sow()
    await _partners(gateway, council_url)
    await staff.until_everybody_knows_the_team()
    await _budget(gateway, calendar)
    await Clients(gateway, calendar, report).sow()
    await Rota(gateway, calendar, report).sow()
    await _team_life(gateway, calendar)


async def _partners(gateway: Gateway, council_url: str) -> None:
    """The surgery's way to the team, and the council's address, which may be a new one after a restart."""
    endpoint = {"id": str(id_of("endpoint", "barrow")), "dos_service_id": DOS_SERVICE_ID, "team_id": str(TEAM)}
    await gateway.send("nadia", "/interop/v1/service-endpoints", endpoint)
    connection = {"name": "Westmere County Council", "url": f"{council_url}{PATH}", "secret": SECRET}
    answer = await gateway.call("nadia", "PUT", f"/interop/v1/connections/{COUNCIL}", connection)
    if not answer.is_success:
        raise Refused(answer)


async def _budget(gateway: Gateway, calendar: Calendar) -> None:
    parts = DATA["budget"]["contributions"]
    budget = {
        "id": str(BUDGET),
        "team_id": str(TEAM),
        "name": "Pooled budget",
        "starts_on": calendar.day(-90),
        "months": DATA["budget"]["months"],
        "contributions": [
            {"id": str(id_of("contribution", party)), "party": party, "pledged_pence": pence} for party, pence in parts
        ],
    }
    await gateway.send("jean-finance", "/finance/v1/budgets", budget, done="budget_overlaps")
    for party, pence in parts[:-1]:
        path = f"/finance/v1/budgets/{BUDGET}/contributions/{id_of('contribution', party)}/paid"
        await gateway.send("jean-finance", path, {"paid_pence": pence})


async def _team_life(gateway: Gateway, calendar: Calendar) -> None:
    for words in DATA["team"]["ground_rules"]:
        rule = {"id": str(id_of("ground rule", words)), "team_id": str(TEAM), "words": words}
        await gateway.send("ruth", "/governance/v1/ground-rules", rule, done="rule_needs_to_replace_one")
    for obstacle in DATA["obstacles"]:
        raised = {name: obstacle[name] for name in ("title", "kind", "tag", "owner")}
        raised |= {"id": str(id_of("obstacle", obstacle["key"])), "team_id": str(TEAM)}
        raised["raised_on"] = calendar.day(obstacle["raised"])
        await gateway.send("ruth", "/governance/v1/obstacles", raised)
