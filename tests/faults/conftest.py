"""Fixtures: the command line as a process of its own."""

from making.command_line import config
from making.processes import forking_server, start
