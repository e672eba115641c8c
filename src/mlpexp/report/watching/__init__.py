"""A result while it trains, on the terminal and as a page."""
