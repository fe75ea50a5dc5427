"""pyfhircheck: its base-R4 API pack, for each type of the record that the patient has; what is read is held to R4."""

import json
import sys
from urllib.request import Request, urlopen

from pyfhircheck.api_testing import ApiTestOptions, ApiTestStatus, load_builtin_api_test_plan, run_api_tests
from pyfhircheck.config import ValidatorConfig

BASE, TOKEN, PATIENT = sys.argv[1:4]
# It does not bring the extensions of UK Core along.
CONFIG = ValidatorConfig(allow_unknown_extensions=True)
# It takes the text of an item, which R4 has, for unknown, and holds no questionnaires.
NOT_KNOWN_TO_IT = {"QuestionnaireResponse"}
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}


def resources() -> dict[str, dict[str, object]]:
    """One resource of each type that is shown of the patient."""
    asked = Request(f"{BASE}/Patient/{PATIENT}/$everything?_count=100", headers=AUTHORIZED)
    with urlopen(asked, timeout=30) as answer:
        entries = json.load(answer)["entry"]
    found = {entry["resource"]["resourceType"]: entry["resource"] for entry in entries}
    return {kind: resource for kind, resource in found.items() if kind not in NOT_KNOWN_TO_IT}


def main() -> None:
    plan, tried, wrong = load_builtin_api_test_plan("base-r4"), 0, []
    for kind, found in resources().items():
        inputs = {"resourceType": kind, "resourceId": found["id"], "versionId": found["meta"]["versionId"]}
        report = run_api_tests(BASE, plan, config=CONFIG, options=ApiTestOptions(headers=AUTHORIZED, inputs=inputs))
        for one in report.scenarios:
            tried += 1
            if one.status is not ApiTestStatus.PASS:
                failed = [told.message for told in one.assertions if told.status is not ApiTestStatus.PASS]
                wrong.append(f"{kind} {one.id}: {one.status.value} {failed} {one.skip_reason or ''}")
    if wrong:
        sys.exit("\n".join(wrong))
    print(
        f"pyfhircheck: {tried} checks of its base-R4 pack over {len(resources())} types, without QuestionnaireResponse"
    )


main()
