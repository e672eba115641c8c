"""Fixtures for data sets."""

from making.image_files import fake_files, fake_gz, mnist_dir, place
