"""Every YAML block is a valid config, or a fragment that fits into one, or says that it is broken and is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from making.configs import ROOT
from making.markdown_pages import DOCS, Block, blocks, tables_under
from mlpexp.config.yaml_source import read_yaml
from mlpexp.errors import ConfigError
from mlpexp.planning.prepare import prepare

BASE: dict[str, Any] = {"dataset": {"name": "iris"}, "model": {"name": "mlp"}, "optimizer": {"name": "adam"}}
BLOCKS = blocks("yaml", "yml")


def merged(base: dict[str, Any], fragment: dict[str, Any]) -> dict[str, Any]:
    """The base with the fragment's sections; a network for images brings images along."""
    whole = {**base, **fragment}
    model = whole["model"]
    name = model["name"] if isinstance(model, dict) else model
    if name != "mlp" and "dataset" not in fragment:
        whole["dataset"] = {"name": "mnist"}
    return whole


@pytest.mark.parametrize("block", BLOCKS, ids=[block.place for block in BLOCKS])
def test_block(block: Block, workplace: Callable[[Path], Path]) -> None:
    path = workplace(block.page) / "block.yaml"
    path.write_text(block.text + "\n", encoding="utf-8")
    first = block.text.partition("\n")[0]
    if first.startswith("# broken"):
        with pytest.raises(ConfigError):
            prepare(path)
        return
    if first.startswith("# fragment"):
        whole = merged(BASE, read_yaml(path).data)
        path.write_text(yaml.safe_dump(whole), encoding="utf-8")
    else:
        data = read_yaml(path).data
        missing = BASE.keys() - data.keys()
        if isinstance(data.get("model"), dict) and data["model"]["name"] == "som":  # which has a default for it
            missing -= {"optimizer"}
        assert not missing, f"{block.place}: no {missing}; begin a part of a config with the line `# fragment`"
    prepare(path)


QUOTED = [block for block in BLOCKS if (ROOT / block.text.partition("\n")[0].removeprefix("# ")).is_file()]


@pytest.mark.parametrize("block", QUOTED, ids=[block.place for block in QUOTED])
def test_a_block_that_names_a_config_is_that_config(block: Block, tmp_path: Path) -> None:
    path = tmp_path / "block.yaml"
    path.write_text(block.text + "\n", encoding="utf-8")
    original = ROOT / block.text.partition("\n")[0].removeprefix("# ")
    assert read_yaml(path).data == read_yaml(original).data


# What the page says about traps, and a config in which it is written.
REFUSED = {
    "batch_norm: off": "model: {name: mlp, batch_norm: off}",
    "epochs: 1:30": "training: {epochs: 1:30}",
    "epochs: 1_000": "training: {epochs: 1_000}",
    "seeds: 010": "seeds: 010",
    'epochs: "100"': 'training: {epochs: "100"}',
    "epochs: 1e2": "training: {epochs: 1e2}",
    ".nan": "training: {gradient_clip: .nan}",
    ".inf": "training: {gradient_clip: .inf}",
    "!!python/object": "name: !!python/object:os.system x",
    "<<: *other": "training: &other {}\n<<: *other",
    "name: 2024": "name: 2024",
    "a key twice in a mapping": "seed: 1\nseed: 2",
    "an unknown key": "sead: 1",
}


@pytest.mark.parametrize("written", REFUSED)
def test_the_traps_of_yaml_are_closed(written: str, tmp_path: Path) -> None:
    rows = tables_under(DOCS / "configuration.md", "How the YAML is read")[0].rows
    (row,) = (row for row in rows if written in row["written"])
    assert row["here"].startswith(("error", "an error", "a word"))
    given = written_config(tmp_path, REFUSED[written])
    with pytest.raises(ConfigError):
        prepare(given)


def test_a_small_number_is_a_number(tmp_path: Path) -> None:
    path = written_config(tmp_path, "optimizer: {name: sgd, learning_rate: 1e-3}")
    assert prepare(path).experiment.optimizer.learning_rate == 0.001


def written_config(folder: Path, lines: str) -> Path:
    """A config with the given lines, and what else a config needs."""
    keys = [line.partition(":")[0] for line in lines.splitlines()]
    rest = [f"{key}: {section['name']}" for key, section in BASE.items() if key not in keys]
    path = folder / "trap.yaml"
    path.write_text("\n".join([*rest, lines]) + "\n", encoding="utf-8")
    return path


def test_blocks_are_found() -> None:
    kinds = [block.text.partition("\n")[0].partition(":")[0] for block in BLOCKS]
    assert kinds.count("# fragment") >= 3
    assert "# broken" in kinds
    assert len(BLOCKS) >= 8
