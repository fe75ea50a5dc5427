"""The audit trail: who read or wrote what and why, one row a request, append-only and sealed in a chain of hashes."""
