"""The version of this program; it imports nothing, so that everything may ask for it."""

__version__ = "0.1.0"
