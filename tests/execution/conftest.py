"""Fixtures that make and train results."""

from making.trained_results import lazy_disk, make, trained
