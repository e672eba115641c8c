"""Data sets in memory: one table of them, loading, splitting, standardizing, batch order."""
