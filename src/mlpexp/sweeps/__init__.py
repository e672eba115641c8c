"""Sweeps: axes -> arms -> trials -> stacks -> results. Planning imports no torch; only the worker does."""
