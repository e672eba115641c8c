"""The options of a command and the keywords of its function are the same, but for those that are named here."""

import inspect
from collections.abc import Callable

import pytest
import typer

import mlpexp
from mlpexp.api.words import Words
from mlpexp.cli.main import app
from mlpexp.config.words import BY_NAME

SHOWN = {"wide", "format", "details", "log_every"}  # how a terminal shows it
OF_LOAD = {"result", "table", "data_dir", "runs_dir"}  # mlpexp.load is given it
LOOK = {"style", "width", "font_size"}  # a figure is an object, with a size of its own
GOING_ON = {"continue", "resume", "confirm", "arm"}  # methods of a result, which know its data
OF_PYTHON = {"hidden_sizes", "schedule", "score"}  # --set has it on the command line

COMMANDS: dict[str, tuple[Callable[..., object], set[str], set[str]]] = {
    "train": (mlpexp.train, SHOWN | GOING_ON | {"table", "plot_format"}, OF_PYTHON | {"plots"}),
    # --power: compare(sweep, power=...); --dry-run: check(...).arms
    "sweep": (mlpexp.sweep, SHOWN | GOING_ON | {"table", "plot_format", "power", "dry_run"}, OF_PYTHON | {"plots"}),
    "check": (mlpexp.check, {"configs", "resolved"}, OF_PYTHON | {"config", "runs_dir"}),
    "find-lr": (
        mlpexp.find_lr, SHOWN | LOOK | {"plot_format", "output"}, OF_PYTHON | {"quiet", "runs_dir"},
    ),
    "compare": (mlpexp.compare, SHOWN | LOOK | {"table", "plot_format"}, {"plots"}),
    "params": (mlpexp.params, SHOWN | {"networks", "config", "draw"}, {"network", "runs_dir"}),
    "evaluate": (mlpexp.Result.evaluate, SHOWN | OF_LOAD, set()),
    "explain": (mlpexp.Result.explain, SHOWN | OF_LOAD, set()),
    "quantize": (mlpexp.Result.quantize, SHOWN | OF_LOAD, set()),
    "predict": (mlpexp.Result.predict, SHOWN | OF_LOAD | {"files", "all_classes", "output"}, {"samples"}),
    "mistakes": (mlpexp.Result.mistakes, SHOWN | OF_LOAD | LOOK | {"plot_format", "most"}, set()),
    "report": (mlpexp.Result.report, OF_LOAD | {"results", "output"}, {"to"}),
    "plot": (mlpexp.Result.plot, OF_LOAD | LOOK | {"plot_format"}, {"formats"}),
    "export": (mlpexp.Result.export, OF_LOAD, set()),
}  # fmt: skip


def options_of(name: str) -> set[str]:
    program = typer.main.get_command(app)
    command = program.get_command(typer.Context(program), name)
    assert command is not None
    written = [[option for option in given.opts if len(option) > 2] or [str(given.name)] for given in command.params]
    return {names[0].lstrip("-").replace("-", "_") for names in written}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_function_has_the_options_of_its_command(name: str) -> None:
    function, of_command, of_python = COMMANDS[name]
    options, keywords = options_of(name), set(inspect.signature(function).parameters) - {"self"}
    assert options - keywords <= of_command
    assert keywords - options == of_python


def test_every_short_word_is_a_keyword() -> None:
    assert set(BY_NAME) <= set(Words.__annotations__)
    for function in (mlpexp.train, mlpexp.sweep, mlpexp.check):
        assert set(Words.__annotations__) <= set(inspect.signature(function).parameters)
    assert set(Words.__annotations__) - set(inspect.signature(mlpexp.find_lr).parameters) == {"learning_rate"}


def test_each_word_of_train_is_explained() -> None:
    explained = str(mlpexp.train.__doc__)
    assert [word for word in inspect.signature(mlpexp.train).parameters if f" {word}: " not in explained] == []


def test_another_word_is_refused_with_that_which_may_be_meant() -> None:
    with pytest.raises(mlpexp.InputError, match=r"train\(epohcs=\.\.\.\): is not known; did you mean epochs\?"):
        mlpexp.train("iris/mlp", **{"epohcs": 3})
    with pytest.raises(mlpexp.InputError, match=r"find_lr\(learning_rate=\.\.\.\): is not known"):
        mlpexp.find_lr("iris/mlp", **{"learning_rate": 0.1})
