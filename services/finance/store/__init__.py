"""Every finance query lives here, by noun."""
