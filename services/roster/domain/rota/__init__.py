"""The rota: what a period has to meet, what a roster costs by the team's prices, and where it breaks a rule."""
