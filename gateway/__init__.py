"""The one public door: it routes, it joins nothing, and it knows no rule."""
