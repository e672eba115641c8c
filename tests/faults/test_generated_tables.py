"""Tables that nobody wrote are read: a sound one to the numbers that were written, a spoiled one, or it is refused."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import pytest

from making.processes import Process
from making.random_tables import Written, sound_table, spoiled
from mlpexp.config.datasets import Csv
from mlpexp.data.tables.read import read_table
from mlpexp.errors import DataError

Start = Callable[..., Process]
SOUND, SPOILED, TRAINED = 250, 500, 40
NETWORK = """\
model: {name: mlp, hidden_sizes: [4]}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: full, epochs: 2}
"""


def config_of(path: Path) -> Csv:
    return Csv.model_validate({"name": "csv", "path": str(path), "target": "y"})


def expected(table: Written) -> dict[str, list[float]]:
    """The inputs by their names: numbers as they are, a word one of several."""
    levels = {
        f"colour={level}": [float(word == level) for word in table.words["colour"]]
        for level in ("red", "green", "blue")
    }
    return table.numbers | levels


@pytest.mark.slow
def test_sound_tables_are_read_as_they_were_written(tmp_path: Path) -> None:
    counts = Counter[str]()
    for number in range(SOUND):
        table = sound_table(Random(number))
        path = tmp_path / f"{number}.csv"
        path.write_bytes(table.content)
        dataset = read_table(config_of(path)).dataset
        inputs = expected(table)
        assert sorted(dataset.feature_names) == sorted(inputs), (number, table.how)
        for place, name in enumerate(dataset.feature_names):
            assert np.array_equal(dataset.inputs[:, place], inputs[name]), (number, name, table.how)
        assert [dataset.class_names[target] for target in dataset.targets] == table.words["y"], (number, table.how)
        counts["read"] += 1
    print(f"sound tables: {dict(counts)}")
    assert counts["read"] == SOUND


@pytest.mark.slow
def test_spoiled_tables_are_read_or_refused(start: Start, tmp_path: Path) -> None:
    counts, read = Counter[str](), []
    for number in range(SPOILED):
        random = Random(number)
        path = tmp_path / f"{number}.csv"
        path.write_bytes(spoiled(sound_table(random), random))
        try:
            dataset = read_table(config_of(path)).dataset
        except DataError as error:
            assert str(error).startswith(str(path)) and "\n" not in str(error), (number, error)
            counts["refused"] += 1
        else:
            assert not np.isinf(dataset.inputs).any(), number
            read.append(path)
    counts["read"] = len(read)
    for path in read[:: max(1, len(read) // TRAINED)]:
        text = f"dataset: {json.dumps({'name': 'csv', 'path': path.name, 'target': 'y'})}\n{NETWORK}"
        (tmp_path / "config.yaml").write_text(text)
        answer = start("train", "-q", "-c", "config.yaml").wait()
        counts[f"trained with exit code {answer.code}"] += 1
        assert answer.code in (0, 1, 2), (path, answer)
        assert "internal error" not in answer.err and "Warning: " not in answer.err, (path, answer)
        assert answer.code == 0 or answer.err.startswith("error: "), (path, answer)
        if answer.code == 0:
            assert start("show", answer.run).wait().code == 0, path
    print(f"spoiled tables: {dict(counts)}")
    assert counts["refused"] >= SPOILED // 5
    assert counts["read"] >= SPOILED // 10
