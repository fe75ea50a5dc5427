"""HiGHS: the polish of a rota and the better bound. It is imported by its own process alone, see `__main__`."""
