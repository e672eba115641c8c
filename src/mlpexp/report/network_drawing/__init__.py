"""Networks as drawings for a page: layers with sizes, kernels and formulas; small perceptrons as units and weights."""
