"""Every figure as a function from tables to a drawing and the numbers it shows; ``catalogue`` says when each applies."""
