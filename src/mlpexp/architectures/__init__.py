"""Networks as data: layers with their sizes and arithmetic, and a network from a config."""
