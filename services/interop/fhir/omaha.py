"""The published names of the Omaha System's terms, shown beside their codes.

Martin KS (2005). The Omaha System: A Key to Practice, Documentation, and Information Management.
"""

import json
from importlib.resources import files
from typing import Any

from services.interop.fhir.systems import OMAHA

_TERMS: dict[str, Any] = json.loads(files(__package__).joinpath("omaha_terms.json").read_text("utf-8"))
EDITION: str = _TERMS["edition"]


def problem(code: str) -> dict[str, Any]:
    """The coding of a problem. A code of another edition is shown without a name."""
    return _coding(code, _TERMS["problems"].get(code))


def sign(code: str) -> dict[str, Any]:
    return _coding(code, None)


def intervention(code: str) -> str | None:
    """An intervention, `category.target`, in words: the two have codes, but their pair is no published code.

    `None` for a code of another edition.
    """
    category, _, target = code.partition(".")
    names = _TERMS["categories"].get(category), _TERMS["targets"].get(target)
    return ": ".join(names) if all(names) else None


def _coding(code: str, display: str | None) -> dict[str, Any]:
    coding = {"system": OMAHA, "version": EDITION, "code": code}
    return coding if display is None else {**coding, "display": display}
