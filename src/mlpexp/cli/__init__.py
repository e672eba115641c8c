"""The command line: parse, call, print; heavy imports live inside the commands, errors become messages in `main.py`."""
