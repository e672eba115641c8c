"""Looking at a network: derivatives by other ways, what keeps it from learning, range tests."""
