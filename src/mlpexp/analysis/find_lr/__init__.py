"""The learning-rate range test, which proposes a rate, and the trials that decide."""
