"""The partners: one module each, with the dialect of what it sends and takes."""
