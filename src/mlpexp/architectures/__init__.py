"""Networks as data: layer specifications, output sizes, parameter and cost arithmetic. Imports no torch."""
