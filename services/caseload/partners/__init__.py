"""Those outside whom caseload itself sends to."""
