"""What roster answers with. Explicit, so that a new column never leaks by itself."""
