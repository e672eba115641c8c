"""A trained network for use elsewhere: lowered once to plain steps, written in one of several formats, and run again."""
