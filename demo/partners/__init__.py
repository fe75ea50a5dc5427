"""Made-up partners, each at its own address: the surgery that refers, the council that listens."""
