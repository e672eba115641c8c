"""Iris, 16 rectified units, gradient descent: ten seeds, of which each has a split, weights and batches of its own."""

import mlpexp

run = mlpexp.train("iris/mlp", seeds=10, plots=(), quiet=True)
print(run)
