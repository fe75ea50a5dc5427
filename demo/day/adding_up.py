"""The surgery has its document, and for each partner what was done, sent and acknowledged is the same."""

from datetime import UTC, datetime
from typing import Any

from demo.callers import until
from demo.day import MAUREEN, Day
from demo.report import Step
from services.common.types import day_in_england

PARTNERS = {"council", "bars", "gp_documents"}
Line = dict[str, Any]


async def outputs(day: Day, step: Step) -> None:
    """Nothing where the installation that is played against has no MESH."""
    partners = (await day.gateway.get("nadia", "/interop/v1/partners"))["items"]
    if any(one["name"] == "mesh" and one["state"] == "not_connected" for one in partners):
        return
    await _surgery(day, step)
    await _reckoned(day, step)


async def _surgery(day: Day, step: Step) -> None:
    """The GP is to know today, so the document does not wait until the day has settled."""

    async def document() -> Any:
        found = await day.gateway.get("tom", f"/interop/v1/gp-documents?client_id={MAUREEN['client']}")
        return found["items"][0] if found["items"] else None

    async def answered() -> Any:
        known = await document()
        return known if known["state"] in {"acknowledged", "refused"} else None

    known: Any = await until(document)
    if known["state"] == "waiting":
        await day.gateway.send("tom", f"/interop/v1/gp-documents/{known['id']}/send", done="on_its_way_to_the_surgery")
    known = await until(answered) or await document()
    said = "" if known["reason"] is None else f" ({known['reason']})"
    step.check(known["state"] == "acknowledged", f"surgery: the day's document is {known['state']}{said}")


async def _reckoned(day: Day, step: Step) -> None:
    """Of the day that is played, and of the day on which it is: what was decided and changed is of that."""
    for on in dict.fromkeys((day.calendar.day(0), day_in_england(datetime.now(UTC)).isoformat())):

        async def lines(on: str = on) -> list[Line]:
            items: list[Line] = (await day.gateway.get("nadia", f"/interop/v1/reconciliations?day={on}"))["items"]
            return items

        async def even() -> Any:
            found = await lines()
            return found if all(map(_adds_up, found)) else None

        found = await until(even) or await lines()
        step.check({one["partner"] for one in found} == PARTNERS, f"each partner is reckoned up for {on}")
        for one in found:
            step.check(_adds_up(one), _said(one))


def _adds_up(line: Line) -> bool:
    return line["done"] == line["sent"] == line["acknowledged"] and not line["differences"]


def _said(line: Line) -> str:
    differences = "".join(f"; {one['kind']}: {one['reason']}" for one in line["differences"])
    figures = ", ".join(f"{name} {line[name]}" for name in ("done", "sent", "acknowledged"))
    return f"{line['partner']}: {figures}{differences}"
