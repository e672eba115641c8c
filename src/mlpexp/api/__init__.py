"""The Python door: what a notebook asks, and what the commands do; both call these functions."""
