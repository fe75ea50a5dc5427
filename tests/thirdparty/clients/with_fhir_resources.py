"""Reads STU3 resources as `fhir.resources` models: `[...]` in the file named first."""

import json
import sys
from importlib.metadata import version

from fhir.resources.STU3 import get_fhir_model_class

found = []
with open(sys.argv[1], encoding="utf-8") as file:
    for one in json.load(file):
        model = get_fhir_model_class(one["resourceType"])
        model.model_validate(one)
        found.append(one["resourceType"])
        try:
            model.model_validate({**one, "status": None, "subjectt": {}})
        except ValueError:
            continue
        sys.exit("takes anything, so that it proves nothing")
print(f"fhir.resources {version('fhir.resources')} reads {' and '.join(sorted(set(found)))} of STU3")
