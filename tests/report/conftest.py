"""Fixtures: tables of numbers that are made up, and figures without pictures."""

from making.drawing import unrendered
from making.invented_tables import tables
