"""Statistics of repeated experiments: intervals, paired comparisons of many arms, power; NumPy and SciPy only."""
