"""ADT messages as a trust's engine sends them, of people who do not exist."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from services.interop.settings import InteropSettings

NUMBERS = count(1)
TRUST = "RRV00"
SETTINGS = InteropSettings(hl7_ods_code=TRUST)


def stamp(at: datetime) -> str:
    """HL7's own writing, with the offset."""
    return f"{at:%Y%m%d%H%M%S%z}"


def ago(**how_long: float) -> str:
    return stamp(datetime.now(UTC) - timedelta(**how_long))


def an_adt(event: str = "A01", *, visit: str = "V-1", number: str = "9990000204", **changes: Any) -> str:
    """A whole message. `changes` replace fields by name, such as `MSH_18`, or a segment, where it is None."""
    known = changes.pop("control_id", None) or f"C{next(NUMBERS)}"
    identifiers = f"4711^^^RRV^MR~{number}^^^NHS^NH" if number else "4711^^^RRV^MR"
    segments: dict[str, dict[int, str]] = {
        "MSH": {2: "^~\\&", 3: "PAS", 4: "RRV", 5: "HEATSHIELD", 7: ago(), 9: f"ADT^{event}^ADT_A01", 10: known},
        "EVN": {1: event, 2: ago()},
        "PID": {1: "1", 3: identifiers, 5: "Tabor^Maureen", 7: "19360606", 8: "F"},
        "PV1": {1: "1", 2: "I", 3: "WARD7^B^12", 19: visit, 44: ago(days=2)},
    }
    segments["MSH"] |= {11: "P", 12: "2.4", 18: "UNICODE UTF-8"}
    for name, value in changes.items():
        segment, _, place = name.partition("_")
        if place:
            segments[segment][int(place)] = value
        else:
            del segments[segment]
    return "".join(_written(name, fields) for name, fields in segments.items())


def _written(name: str, fields: dict[int, str]) -> str:
    """MSH counts its separator as the first field."""
    first = 2 if name == "MSH" else 1
    return "|".join([name, *(fields.get(place, "") for place in range(first, max(fields) + 1))]) + "\r"
