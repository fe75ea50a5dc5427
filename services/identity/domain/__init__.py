"""Identity's rules: plain classes and functions with no I/O and no clock."""
