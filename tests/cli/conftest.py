"""Fixtures: the command line, in this process or as one of its own."""

from making.command_line import config, mlpexp, undrawn
from making.image_files import fake_files, fake_gz, mnist_dir, place
from making.processes import forking_server, start
from making.trained_results import lazy_disk, make, trained
