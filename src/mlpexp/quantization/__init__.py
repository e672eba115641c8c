"""int8: trained networks whose weights, or weights and activations, are whole numbers of one byte."""
