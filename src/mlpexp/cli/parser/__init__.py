"""The command line itself: errors, ``--help`` and shell completion of all commands."""
