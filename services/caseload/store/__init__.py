"""Every caseload query lives here, by noun."""
