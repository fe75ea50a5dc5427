"""Every interop query lives here, by noun."""
