"""The learning-rate range test, and the rate that it suggests."""
