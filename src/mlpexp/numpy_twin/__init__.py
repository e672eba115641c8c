"""A way to train: the multilayer perceptron by hand in NumPy, a second witness that shares no code with the engine."""
