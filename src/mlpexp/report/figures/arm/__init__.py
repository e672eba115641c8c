"""Figures of one arm."""
