"""The command line: parse, call, print. Nothing here computes; heavy imports live inside the commands."""
