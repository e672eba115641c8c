"""Fixtures: the command line."""

from making.command_line import mlpexp, undrawn
