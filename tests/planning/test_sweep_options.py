"""What the command line says of a sweep, as changes of the section."""

from pathlib import Path

import pytest

from making.plans import BASE
from mlpexp.config.load import read_source
from mlpexp.config.words import Typed
from mlpexp.config.yaml_source import override_in
from mlpexp.errors import ConfigError, InputError, Place
from mlpexp.planning.sweep_options import SweepOptions, apply_options, axis_values, memory_in, read_axis, settings_in

PLACE = Place("--over x")


def section(folder: Path, options: SweepOptions, sweep: str = "") -> dict[str, object]:
    path = folder / "config.yaml"
    path.write_text(BASE + sweep)
    source = read_source(path)
    apply_options(source, options)
    return source.data["sweep"]


def test_values_as_they_are_typed() -> None:
    assert axis_values(Typed("learning_rate", "0.001,1e-2,1", "--over x")) == [0.001, 0.01, 1]
    assert axis_values(Typed("learning_rate", "[0.001, 1e-2, 1]", "--over x")) == [0.001, 0.01, 1]
    assert axis_values(Typed("learning_rate", "0.001, ", "--over x")) == [0.001]
    assert axis_values(Typed("hidden_size", "[8, 16]", "--over x")) == [8, 16]
    assert axis_values(Typed("model.hidden_sizes", "[8, 16]", "--over x")) == [[8, 16]]
    assert axis_values(Typed("hidden_sizes", "[16],[16,16]", "--over x")) == [[16], [16, 16]]
    assert axis_values(Typed("activation", "relu,{name: elu, alpha: 2}", "--over x")) == [
        "relu",
        {"name": "elu", "alpha": 2},
    ]
    assert axis_values(Typed("learning_rate", "log(1e-4,1,9)", "--over x")) == "log(1e-4,1,9)"
    assert settings_in("learning_rate=1,model.hidden_sizes=[4,4],activation=relu", PLACE) == {
        "learning_rate": 1, "model.hidden_sizes": [4, 4], "activation": "relu",
    }  # fmt: skip


def test_null_is_a_value() -> None:
    assert settings_in("gradient_clip=null,batch_size=8", PLACE) == {"gradient_clip": None, "batch_size": 8}


@pytest.mark.parametrize("text", ["learning_rate", "", "=1", "learning_rate=", "gradient_clip=null,learning_rate"])
def test_settings_need_a_value(text: str) -> None:
    with pytest.raises(ConfigError):
        settings_in(text, PLACE)


def test_axes_of_the_command_line_replace_those_of_the_config(tmp_path: Path) -> None:
    design = "over: {batch_size: [1, 5]}, exclude: [{batch_size: 1}], baseline: {batch_size: 5}"
    sweep = f"sweep: {{{design}, seeds: 3, margin: 0.02}}\n"
    options = SweepOptions(
        [read_axis(Typed("learning_rate", "0.1,1", "--learning-rate 0.1,1"))],
        keys=[override_in("seeds=4", "--seeds 4")],
    )
    assert section(tmp_path, options, sweep) == {"over": {"learning_rate": [0.1, 1]}, "seeds": 4, "margin": 0.02}
    assert section(tmp_path, SweepOptions(), sweep)["over"] == {"batch_size": [1, 5]}


def test_the_noise_floor_crosses_the_kinds_of_seeds(tmp_path: Path) -> None:
    assert section(tmp_path, SweepOptions(noise_floor=3)) == {
        "over": {key: [0, 1, 2] for key in ("split_seed", "init_seed", "order_seed")}, "seeds": 1,
    }  # fmt: skip


def test_an_axis_is_given_once(tmp_path: Path) -> None:
    axes = [read_axis(Typed("learning_rate", value, f"--over learning_rate={value}")) for value in "12"]
    with pytest.raises(ConfigError, match="--over learning_rate=2: learning_rate: this axis is given twice"):
        section(tmp_path, SweepOptions(axes))


def test_memory() -> None:
    assert [memory_in(text) for text in ("2GB", "500M", "1.5 GiB", "123")] == [2 * 10**9, 5 * 10**8, 15 * 10**8, 123]
    for text in ("", "lots", "-1GB", "0"):
        with pytest.raises(InputError, match="is not an amount of memory"):
            memory_in(text)
