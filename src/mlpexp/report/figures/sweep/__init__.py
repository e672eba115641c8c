"""Figures over the arms of a sweep."""
