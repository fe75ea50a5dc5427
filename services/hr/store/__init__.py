"""Every hr query lives here, by noun."""
