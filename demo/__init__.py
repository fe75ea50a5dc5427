"""Everything in one process on an embedded PostgreSQL: the composition, the seed, the fake partners, the day."""
