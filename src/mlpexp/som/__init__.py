"""The self-organizing map: how it learns and how it is measured; the training loop is the engine's."""
