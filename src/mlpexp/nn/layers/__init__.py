"""A file per kind of layer: its operation on a stack, forward and backward, and beside it the same as a plain module."""
