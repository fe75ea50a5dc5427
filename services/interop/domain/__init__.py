"""Interop's rules and tables: plain classes and functions with no I/O and no clock."""
