"""Drawings as marks on a page, and what writes them: SVG, TikZ, PNG and PDF."""
