"""mlpexp: a laboratory for small neural networks.

One YAML file is one experiment. Importing this package imports neither torch nor anything else that is slow.
"""

__version__ = "0.1.0"
