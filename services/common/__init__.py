"""Building blocks every service stands on. Knows no service, no table of theirs and no business rule."""
