"""Every roster query lives here, by noun."""
