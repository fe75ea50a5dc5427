"""How fast the product is beside a named baseline, measured in turn in one run: `make bench NAME=events`."""
