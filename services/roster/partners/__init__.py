"""What is outside of Heatshield and answers roster."""
