"""What to do with a demo that is up: somebody of each role to sign in as, and one thing that they may read."""

from demo.barrow import TEAM, people

# By first name, as the development issuer knows them; {day} is the day that was played.
TRY = {
    "tom": "/roster/v1/visits?team_id={team}&on={day}",
    "anneke": "/roster/v1/time-summary?team_id={team}&week_of={day}",
    "colin": "/governance/v1/obstacles?team_id={team}",
    "dilys": "/caseload/v1/outcomes?team_id={team}",
    "gareth": "/finance/v1/rules",
    "meera": "/caseload/v1/surgery-list",
    "jean": "/hr/v1/employees?limit=3",
    "jean-finance": "/finance/v1/rates?limit=3",
    "owen": "/finance/v1/budgets?team_id={team}",
    "ewan": "/fhir/R4/Patient?_count=3",
    "nadia": "/interop/v1/deliveries?limit=3",
}
WORDS = """
Heatshield is up at {url} (API documents at {url}/docs). Ctrl-C stops it; `make demo-reset` forgets its data.

Ask as somebody (the others who can sign in: curl -s {url}/dev/people):
  ask() {{ curl -s -H "Authorization: Bearer $(curl -s {url}/dev/token -d person=$1 | cut -d'"' -f4)" "{url}$2"; }}
{lines}
A coach never reads a client: ask anneke '/caseload/v1/clients' is refused.
"""


def paths(day: str) -> dict[str, str]:
    """What each of them may read."""
    return {person: path.format(team=TEAM, day=day) for person, path in TRY.items()}


def invitation(url: str, day: str) -> str:
    known = people()
    lines = [f"  ask {person} '{path}'  # {known[person].title}" for person, path in paths(day).items()]
    return WORDS.format(url=url, lines="\n".join(lines))
