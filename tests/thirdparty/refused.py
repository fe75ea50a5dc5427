"""The steps of SEKMET's library that this door refuses, by scenario, each with the reason.

They are tried all the same. One that passes, or fails without being here, fails `test_testers.py`; one whose
interaction the CapabilityStatement does not declare is passed over by SEKMET itself.
"""

BY_REFERRAL = "A person comes by a referral that a team accepts; no partner makes, changes or removes one."
NO_SUCH_PERSON = "There is nobody whom the scenario made."
MASTER_DATA = "What a hospital keeps of its own wards and staff is not kept here."
OF_BARS = "Messages are those of BaRS, with its two ids; there is no ADT."
IN_A_BODY = "What tells who a person is is taken in the body of a search alone."
NO_LABORATORY = "Nobody here works on a laboratory's orders."

REFUSED: dict[str, dict[str, str]] = {
    "adt_admit_transfer_discharge": {"Ensure facility master data": MASTER_DATA},
    "adt_merge_update": {"Register patient A": BY_REFERRAL},
    "appointment_book_cancel": {"Register patient": BY_REFERRAL},
    "billing_claim": {"Register patient": BY_REFERRAL},
    "bulk_export_group": {"Patient A": BY_REFERRAL},
    "clinical_documentation": {"Register patient": BY_REFERRAL},
    "conformance_smoke": {
        "Create Patient": BY_REFERRAL,
        "Read Patient": NO_SUCH_PERSON,
        "Conditional create does not duplicate": BY_REFERRAL,
        "Search by identifier finds exactly one": IN_A_BODY,
        "Update with correct If-Match": NO_SUCH_PERSON,
        "Stale If-Match is rejected (409/412)": NO_SUCH_PERSON,
        "vread first version": NO_SUCH_PERSON,
        "Instance history": NO_SUCH_PERSON,
        "Transaction with urn:uuid references": BY_REFERRAL,
        "Search Observation by patient with _include": IN_A_BODY,
        "Searchset entries carry search.mode (match / include)": IN_A_BODY,
        "Answers FHIR XML when asked (Accept application/fhir+xml)": NO_SUCH_PERSON,
        "Invalid resource is rejected": BY_REFERRAL,
    },
    "lab_order_peer_fills": {"Register patient": NO_LABORATORY},
    "lab_order_to_result": {"Register patient": BY_REFERRAL},
    "medication_order_dispense": {"Register patient": BY_REFERRAL},
    "messaging_adt_orders": {"Register (A04 message)": OF_BARS},
    "rad_order_imaging_report": {"Register patient": BY_REFERRAL},
    "subscription_backport_roundtrip": {"Register patient": BY_REFERRAL},
    "subscription_roundtrip": {"Register patient": BY_REFERRAL},
}
