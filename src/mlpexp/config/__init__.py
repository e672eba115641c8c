"""What an experiment is: the schema of a config, reading it from YAML with places for errors, writing it, its hash."""
