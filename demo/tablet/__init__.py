"""A small app for a nurse's tablet: the reference for whoever makes one. It works with no signal, and loses nothing."""
