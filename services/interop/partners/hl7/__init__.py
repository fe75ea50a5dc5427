"""HL7 v2 over MLLP: admissions, transfers and discharges (ADT) as a trust's integration engine sends them."""
