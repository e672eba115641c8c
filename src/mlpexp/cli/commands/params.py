"""``mlpexp params``."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.experiment_options import DATA, SET, TARGET
from mlpexp.cli.given import RUNS, Given
from mlpexp.cli.options import Wide, check_format, option
from mlpexp.cli.printing import print_sentences, say
from mlpexp.config.shipped import TABLES
from mlpexp.errors import InputError
from mlpexp.report.words import counted

if TYPE_CHECKING:
    from mlpexp.architectures.architecture import Architecture
    from mlpexp.architectures.arithmetic import NetworkCost
    from mlpexp.architectures.layers import Shape
    from mlpexp.config.yaml_source import Source

FORMATS = ("table", "markdown", "latex", "csv", "json")


def params(
    networks: Annotated[
        list[str] | None,
        typer.Argument(
            help="lenet5, cnn4, mnist_cnn, mlp 4-16-3, or a config such as iris/mlp; several are put side by side.",
            show_default=False,
        ),
    ] = None,
    config: Annotated[
        list[str] | None,
        typer.Option("--config", "-c", help="Count the network of a config; repeatable.", show_default=False),
    ] = None,
    set_: SET = None,
    data: DATA = None,
    target: TARGET = None,
    input_: Annotated[
        str | None,
        typer.Option("--input", metavar="CxHxW", help="Image size, instead of the usual one.", show_default=False),
    ] = None,
    bias: Annotated[
        bool | None, typer.Option("--bias/--no-bias", help="With or without biases.", show_default=False)
    ] = None,
    format_: Annotated[str, typer.Option("--format", help="table, markdown, latex, csv or json.")] = "table",
    draw: Annotated[
        Path | None,
        option("--draw", help="Draw the network into this new file: .svg, .png, .pdf or .tex (TikZ).", metavar="FILE"),
    ] = None,
    wide: Wide = False,
) -> None:
    """Count parameters, operations and memory of networks, with the arithmetic shown."""
    from mlpexp.architectures.arithmetic import cost

    check_format(format_, FORMATS)
    networks, config = _parted(networks or [], config or [])
    if set_ and not config and data is None:
        raise InputError("--set: changes a config; name one, such as iris/mlp")
    if input_ is not None and not config and set(networks) & {"mlp"}:
        raise InputError(
            "--input: is an image size; the inputs of an mlp are its first layer size, such as `mlp 784-16-10`"
        )
    if draw is not None:
        _check_drawing(draw, [*networks, *config])
    shape = None if input_ is None else _shape(input_)
    own = [None] if data is not None or target is not None else []
    sources = _sources([Given(text, {}, tuple(set_ or ()), data, target) for text in config or own], bias)
    architectures = _named(networks, shape, bias) + _configured(sources, shape)
    if not architectures:
        raise InputError("params: name a network, such as `mlpexp params lenet5`, a config, or a table with --data")
    costs = [cost(architecture, title) for title, architecture in architectures]
    if draw is not None:
        names = _names_of_units(sources, architectures[0][1])
        _draw(architectures[0][1], costs[0], names, draw)
    _print(costs, format_, wide=wide)
    if draw is not None:
        print_sentences([f"written: {draw}"], err=True)


def _check_drawing(file: Path, words: list[str]) -> None:
    """Refuses what cannot be drawn into a file."""
    from mlpexp.report.network_drawing.network_file import check_drawing

    names = [name for name, before in zip(words, ["", *words], strict=False) if before != "mlp"]
    if len(names) > 1:
        raise InputError(f"--draw: draws one network, but {len(names)} are named")
    check_drawing(file)


def _draw(
    architecture: "Architecture", cost: "NetworkCost", names: tuple[Sequence[str], Sequence[str]], file: Path
) -> None:
    """Writes the drawing, and says what of the network is not in it."""
    from mlpexp.report.network_drawing.network_file import left_out, scene_of, write_drawing

    title = f"{cost.network}, input {cost.input.replace('x', '×')}: {counted(cost.parameters, 'parameter')}"
    write_drawing(scene_of(architecture, title, names), file)
    print_sentences(filter(None, [left_out(architecture)]), err=True)


def _names_of_units(
    sources: "list[tuple[Source, Path]]", architecture: "Architecture"
) -> tuple[Sequence[str], Sequence[str]]:
    """The names of inputs and outputs of the data of a config, where units are drawn; empty where there are none."""
    from mlpexp.report.network_drawing.network_file import draws_units

    if not sources or not draws_units(architecture):
        return (), ()
    from mlpexp.data.catalogue import load
    from mlpexp.planning.prepare import prepared_from

    dataset = load(prepared_from(sources[0][0]).experiment.dataset)
    outputs = dataset.class_names or ((dataset.target_name,) if dataset.facts.num_outputs == 1 else ())
    sizes, names = (architecture.input_shape, architecture.output_shape), (dataset.feature_names, outputs)
    inputs, outputs = (name if len(name) == size[0] else () for name, size in zip(names, sizes, strict=True))
    return inputs, outputs


def _parted(words: list[str], configs: list[str]) -> tuple[list[str], list[str]]:
    """The words that name networks, and those that name configs: what looks like a path, as examples do, and ``last``."""

    def is_config(word: str) -> bool:
        return "/" in word or "\\" in word or word == "last" or word.endswith((".yaml", ".yml", *TABLES))

    return [word for word in words if not is_config(word)], [*filter(is_config, words), *configs]


def _named(words: list[str], shape: "Shape | None", bias: bool | None) -> "list[tuple[str, Architecture]]":
    from mlpexp.api.counting import named, own_layers, perceptron
    from mlpexp.architectures.build import NATURAL_INPUT
    from mlpexp.config.words import did_you_mean

    networks, rest = [], iter(words)
    for word in rest:
        if word == "mlp":
            networks.append(perceptron(tuple(_sizes(next(rest, ""))), bias))
        elif word == "cnn":
            raise own_layers(next(rest, ""))
        elif word in NATURAL_INPUT:
            networks.append(named(word, shape, bias))
        else:
            raise InputError(f"params: {word!r} is not a network{did_you_mean(word, ['mlp', *NATURAL_INPUT])}")
    return [(title, architecture) for architecture, title in networks]


def _sources(given: list[Given], bias: bool | None) -> "list[tuple[Source, Path]]":
    """The configs as plain data, each with where it was read; what was understood of a table is said."""
    if not given:  # counting a named network need not wait for what reads data
        return []
    from mlpexp.data.tables.read import telling

    telling.set(say(quiet=False))
    sources = [each.source("params", RUNS, **{"model.bias": bias}) for each in given]
    if given[0].data is not None:
        print_sentences([note for source, _ in sources for note in source.notes], err=True)
    return sources


def _configured(sources: "list[tuple[Source, Path]]", shape: "Shape | None") -> "list[tuple[str, Architecture]]":
    if not sources:
        return []
    from mlpexp.planning.prepare import network_of
    from mlpexp.planning.starts import frozen_in_words

    networks = [(path.stem, *network_of(source, shape)) for source, path in sources]
    for name, network, _ in networks:
        if network.frozen:
            print_sentences([f"{name}: {frozen_in_words(network)}"], err=True)
    for name, _, data_shape in networks:
        if shape not in (None, data_shape):
            print_sentences([_other_input(name, shape or (), data_shape)], err=True)
    return [(name, network) for name, network, _ in networks]


def _other_input(name: str, shape: "Shape", data_shape: "Shape") -> str:
    sizes = "x".join(map(str, data_shape))
    data = f"images of {sizes}" if len(data_shape) == 3 else f"rows of {counted(data_shape[0], 'feature')}"
    return f"{name}: counted for --input {'x'.join(map(str, shape))}; the data of this config are {data}"


def _shape(text: str) -> tuple[int, ...]:
    """``3x400x400`` as ``(3, 400, 400)``."""
    if not re.fullmatch(r"[1-9][0-9]{0,5}(x[1-9][0-9]{0,5}){2}", text):
        raise InputError(f"--input: {text!r} is not an image size; expected CHANNELSxHEIGHTxWIDTH, for example 1x28x28")
    return tuple(int(size) for size in text.split("x"))


def _sizes(text: str) -> list[int]:
    """``4-16-3`` as ``[4, 16, 3]``."""
    if not re.fullmatch(r"[1-9][0-9]{0,8}(-[1-9][0-9]{0,8})+", text):
        raise InputError(f"params: after mlp come its layer sizes, for example `mlp 4-16-3`, not {text!r}")
    return [int(size) for size in text.split("-")]


def _print(costs: "list[NetworkCost]", format_: str, *, wide: bool) -> None:
    from mlpexp.report.tables import costs as tables

    if format_ in ("csv", "json"):
        typer.echo(tables.as_csv(costs) if format_ == "csv" else tables.as_json(costs), nl=False)
        return
    text_tables = [tables.cost_table(cost) for cost in costs]
    if len(costs) > 1:
        text_tables.append(tables.side_by_side(costs))
    if format_ == "table":
        from mlpexp.cli.printing import print_table

        for table in text_tables:
            print_table(table, wide=wide)
        print_sentences([tables.MEANING])
    else:
        typer.echo(
            "\n".join(table.markdown() if format_ == "markdown" else table.latex() for table in text_tables), nl=False
        )
