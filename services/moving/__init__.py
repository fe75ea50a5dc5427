"""`heatshield export` and `heatshield import`: everything an installation holds, in files that anybody can read."""
