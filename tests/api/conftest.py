"""Fixtures: trained results, a browser, the command line."""

from making.browsing import browser
from making.command_line import mlpexp
from making.trained_results import lazy_disk, make, trained
