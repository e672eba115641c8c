"""Figures as pgfplots pictures, which LaTeX sets in the fonts of the paper."""
