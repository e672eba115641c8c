"""Fixtures: trained results, the command line."""

from making.command_line import mlpexp
from making.trained_results import lazy_disk, make, trained
