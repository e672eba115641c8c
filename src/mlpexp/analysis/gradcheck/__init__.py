"""Derivatives computed in every way there is, and how far the ways are apart."""
