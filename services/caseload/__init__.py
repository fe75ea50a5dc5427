"""Caseload: the client's record, health and social care in one, in the team's words."""
