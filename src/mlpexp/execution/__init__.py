"""Training what was planned: one driver for every stack, here, in worker processes or on a cluster."""
