"""Councils: what they are told, the ways in which it gets there, and what they answer."""
