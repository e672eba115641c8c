"""Data sets in memory: loading, splitting, standardizing, batch order. Loading gives NumPy arrays, without torch."""
