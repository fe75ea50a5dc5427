"""The SNOMED CT concepts that our own words are shown as, each with its source beside it in `snomed_terms.json`."""

import json
from importlib.resources import files
from typing import Any

_TERMS: dict[str, Any] = json.loads(files(__package__).joinpath("snomed_terms.json").read_text("utf-8"))


def concept(word: str) -> dict[str, Any]:
    """A CodeableConcept for one of our words."""
    term = _TERMS["terms"][word]
    return {"coding": [{"system": _TERMS["system"], "code": term["code"], "display": term["display"]}]}
