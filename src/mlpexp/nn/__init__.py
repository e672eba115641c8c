"""Stacked networks: M independent members of one architecture as one tensor program."""
