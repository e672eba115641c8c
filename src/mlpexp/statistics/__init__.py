"""Statistics of repeated experiments. NumPy and SciPy only; imports nothing of the package but errors."""
