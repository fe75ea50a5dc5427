"""A team's rota: proposed, mended and explained by a program that knows the rules and no names."""
