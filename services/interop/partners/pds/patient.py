"""A Patient as PDS answers it: the number, and what it says of the person as far as it may be shown."""

from datetime import date
from typing import Any

from nhs_number.validate import is_valid

from services.interop.domain.inbound import POSTCODE
from services.interop.domain.trace import Demographics

# v3-Confidentiality. Of anybody who is not plainly unrestricted nothing is shown that says where they are.
UNRESTRICTED = "U"


class Unreadable(ValueError):
    """What came is no Patient of PDS's. It says nothing of what it was."""


def patient_of(resource: Any) -> Demographics:
    """Raises `Unreadable`."""
    if not isinstance(resource, dict) or resource.get("resourceType") != "Patient":
        raise Unreadable
    number = resource.get("id")
    if not isinstance(number, str) or not is_valid(number):
        raise Unreadable
    codes = {coding.get("code") for coding in _objects(_object(resource.get("meta")).get("security"))}
    is_restricted = codes != {UNRESTRICTED}
    names = _objects(resource.get("name"))
    told = {**_name(_best(names, "usual")), **_born(resource), **({} if is_restricted else _where(resource))}
    return Demographics(
        nhs_number=number,
        is_restricted=is_restricted,
        has_died=bool(resource.get("deceasedDateTime") or resource.get("deceasedBoolean")),
        gp_ods_code=None if is_restricted else _practice(resource),
        details={name: value for name, value in told.items() if value},
        names=frozenset((one["given_name"].casefold(), one["family_name"].casefold()) for one in map(_name, names)),
    )


def _born(resource: dict[str, Any]) -> dict[str, str]:
    try:
        birth_on = date.fromisoformat(_text(resource.get("birthDate"))).isoformat()
    except ValueError:
        birth_on = ""
    sex = _text(resource.get("gender"))
    return {"birth_on": birth_on, "sex": sex if sex in {"female", "male", "other"} else ""}


def _where(resource: dict[str, Any]) -> dict[str, str]:
    address = _best(_objects(resource.get("address")), "home")
    lines = [_text(line) for line in _list(address.get("line"))]
    postcode = _text(address.get("postalCode")).upper()
    phones = [one for one in _objects(resource.get("telecom")) if one.get("system") == "phone"]
    return {
        "address_line": ", ".join(line for line in lines if line),
        "postcode": postcode if POSTCODE.fullmatch(postcode) else "",
        "phone": _text(_best(phones, "mobile").get("value")),
    }


def _practice(resource: dict[str, Any]) -> str | None:
    practices = _objects(resource.get("generalPractitioner"))
    found = [_text(_object(one.get("identifier")).get("value")) for one in practices]
    return next(filter(None, found), None)


def _name(name: dict[str, Any]) -> dict[str, str]:
    given = " ".join(filter(None, map(_text, _list(name.get("given")))))
    return {"given_name": given, "family_name": _text(name.get("family"))}


def _best(found: list[dict[str, Any]], use: str) -> dict[str, Any]:
    return next((one for one in found if one.get("use") == use), found[0] if found else {})


def _text(value: Any) -> str:
    return " ".join(value.split())[:200] if isinstance(value, str) else ""


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in _list(value) if isinstance(one, dict)]
