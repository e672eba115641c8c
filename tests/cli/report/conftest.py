"""Fixtures: reports in a browser."""

from making.browsing import opened, reports, visited
