"""Whether this machine can do what the program asks of it: what is there, and a remedy for what is not."""
