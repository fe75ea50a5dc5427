"""What trusts write over FHIR, understood: a referral, and a stay in hospital."""
