"""Preparing proposals: what is computed at length, in processes of its own. A person adopts what comes of it."""
