"""Fixtures: trained results, the command line."""

from making.command_line import mlpexp, undrawn
from making.trained_results import lazy_disk, make, trained
