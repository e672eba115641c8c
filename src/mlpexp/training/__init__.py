"""The engine: one training loop for stacks of M >= 1 members, as a generator of records."""
