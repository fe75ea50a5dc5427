"""TPP SystmOne: the contacts that a trust's unit holds, as its nightly extracts tell."""
