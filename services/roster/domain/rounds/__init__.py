"""Rounds: who visits whom in which order on one day, what that costs, and why."""
