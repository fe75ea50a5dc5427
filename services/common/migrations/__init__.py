"""How every service's schema changes are run, and the frozen first version of the tables they all have."""
