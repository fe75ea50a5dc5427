"""Rounds of one day: what they are asked for, how they are timed and what they cost."""
