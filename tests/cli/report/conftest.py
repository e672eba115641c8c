"""Fixtures: reports in a browser."""

from making.browsing import browser, opened, reports, visited
