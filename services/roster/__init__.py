"""Roster: who works when, who visits whom, and how the team's time is spent."""
