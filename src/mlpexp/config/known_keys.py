"""The keys of a config as a table that is read in a moment: shell completion cannot wait for the schema itself.

``known_keys.json`` is written from ``config/keys.py``, and a test compares the two; to write it anew:
``python -m mlpexp.config.known_keys``.
"""

import json
from pathlib import Path

TABLE = Path(__file__).with_name("known_keys.json")


def known_keys() -> dict[str, tuple[str, tuple[str, ...]]]:
    """The description of each key, and the words that it may be; by its path, in the order of the config."""
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    return {path: (description, tuple(choices)) for path, (description, choices) in table.items()}


def written_anew() -> str:
    """The text of the file, from the schema."""
    from mlpexp.config.keys import all_keys

    rows = (f"{json.dumps(path)}: {json.dumps([key.description, key.choices])}" for path, key in all_keys().items())
    return "{\n" + ",\n".join(rows) + "\n}\n"


if __name__ == "__main__":
    TABLE.write_text(written_anew(), encoding="utf-8")
