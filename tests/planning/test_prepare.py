"""A config is checked as a whole before anything is loaded or written."""

import subprocess
import sys
from pathlib import Path

import pytest

from mlpexp.config.yaml_source import override_in
from mlpexp.errors import ConfigError, DataError, InputError
from mlpexp.planning.prepare import prepare

BASE = {
    "dataset": "iris",
    "model": "{name: mlp, hidden_sizes: [16]}",
    "optimizer": "{name: sgd, learning_rate: 0.1}",
    "training": "{batch_size: 16, epochs: 5}",
}


def written(folder: Path, **sections: str) -> Path:
    path = folder / "c.yaml"
    path.write_text("".join(f"{key}: {value}\n" for key, value in {**BASE, **sections}.items()))
    return path


def test_a_sound_config_gives_sizes_facts_and_network(tmp_path: Path) -> None:
    prepared = prepare(written(tmp_path))
    assert (prepared.sizes.train, prepared.sizes.validation, prepared.sizes.test) == (105, 0, 45)
    assert prepared.facts.num_outputs == 3
    assert prepared.architecture.num_parameters == 131
    assert prepared.experiment.loss == "cross_entropy"


def test_torch_is_not_imported(tmp_path: Path) -> None:
    path = written(tmp_path, dataset="{name: synthetic, kind: moons}")
    script = (
        "import sys; from pathlib import Path; from mlpexp.planning.prepare import prepare;"
        "prepare(Path(sys.argv[1])); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script, path], timeout=600, check=False).returncode == 0


def test_all_problems_of_a_stage_come_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        prepare(written(tmp_path, model="{name: mlp, hiden_sizes: [1]}", seed="-1", training="{epochs: 0}"))
    lines = str(caught.value).splitlines()
    assert [line.split(": ")[1] for line in lines] == ["model.hiden_sizes", "training.epochs", "seed"]


def test_rules_across_sections_come_together_too(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        prepare(
            written(
                tmp_path, model="{name: mlp, output_activation: tanh}", training="{batch_size: 106, early_stopping: {}}"
            )
        )
    assert len(str(caught.value).splitlines()) == 3


def test_a_split_that_leaves_too_little_is_placed_at_the_data_set(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=rf"^{tmp_path}/c\.yaml:1:10: dataset: too few samples"):
        prepare(written(tmp_path, dataset="{name: iris, test_fraction: 0.6, validation_fraction: 0.4}"))


def test_a_layer_that_does_not_fit_is_placed_at_the_model(tmp_path: Path) -> None:
    layers = "{name: cnn, layers: [{layer: conv, channels: 2, kernel_size: 3}, {layer: max_pool, kernel_size: 7}]}"
    with pytest.raises(ConfigError, match=r":2:8: model: layer .*pooling window of 7x7 does not fit"):
        prepare(written(tmp_path, dataset="digits", model=layers))


def test_a_problem_of_a_data_file_has_the_place_in_that_file(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("a,y\n1,0\nx,1\n" + "2,1\n3,0\n" * 9)
    with pytest.raises(DataError, match=rf"^{tmp_path}/d\.csv:3:a: 'x' is not a number"):
        prepare(written(tmp_path, dataset="{name: csv, path: d.csv, target: y}"))


def test_a_problem_that_an_option_makes_is_placed_at_the_option(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^--set training\.batch_size=1000: training\.batch_size: 1000 is larger"):
        prepare(written(tmp_path), [override_in("training.batch_size=1000", "--set training.batch_size=1000")])


def test_nothing_is_written_and_no_data_loaded_for_a_bad_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, model="{name: lenet5}")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError):
        prepare(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["c.yaml"]
