"""What roster listens to. Each model names only the fields roster reads."""

from services.roster.consumers import agency, capacity, known, people, rota

SUBSCRIPTIONS = (
    *known.SUBSCRIPTIONS,
    *people.SUBSCRIPTIONS,
    *agency.SUBSCRIPTIONS,
    *rota.SUBSCRIPTIONS,
    *capacity.SUBSCRIPTIONS,
)
