"""Fixtures: the command line, and what the pages assume."""

from making.command_line import mlpexp, undrawn
from making.workplace import mnist, plain_surroundings, prepared_runs, workplace
