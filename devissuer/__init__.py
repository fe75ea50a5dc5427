"""A token issuer for development and tests only. It is no part of the production image."""
