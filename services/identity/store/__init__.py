"""Every identity query lives here, by noun."""
