"""The solvers of the roster: they prepare proposals, which people change and agree. Nothing here touches a database."""
