"""Statutory returns: pure functions from what interop holds of the record to rows, with the fault of each rule."""
