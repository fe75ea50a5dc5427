"""Governance: how the team decides, what holds it up, and what can be counted of its work."""
