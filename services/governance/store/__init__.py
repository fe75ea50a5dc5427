"""Every governance query lives here, by noun."""
