"""The argument CONFIG and the options that say what to train: the same on all commands that train or plan."""

import inspect
import re
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

from mlpexp.cli.given import Given, is_several
from mlpexp.config.words import BY_NAME, WORDS, Word
from mlpexp.errors import InputError

CONFIG = Annotated[
    str | None,
    typer.Argument(
        metavar="[CONFIG]", show_default=False,
        help="The experiment: a YAML file, the folder of a result, or an example such as iris/mlp.",
    ),
]  # fmt: skip
CONFIG_OPTION = Annotated[
    str | None, typer.Option("--config", "-c", metavar="CONFIG", help="The same.", show_default=False)
]
SET = Annotated[
    list[str] | None,
    typer.Option("--set", "-s", metavar="KEY=VALUE", help="Change any key of the config; repeatable."),
]
DATA = Annotated[
    str | None,
    typer.Option(
        "--data",
        metavar="PATH",
        help="Data of your own, with or without a config: a table, or a folder or .npz of pictures.",
        show_default=False,
    ),
]
TARGET = Annotated[
    str | None,
    typer.Option("--target", metavar="COLUMN", help="Of a table, the column to predict.", show_default=False),
]
SINGLE = ("seed", "seeds")  # never the axis of a sweep


def experiment_options(
    *, several: bool, without: tuple[str, ...] = (), config: bool = True
) -> Callable[[Callable[..., None]], Any]:
    """Gives a command the argument CONFIG and the options that say what to train; it receives them as one ``Given``.

    Args:
        several: Whether an option may have several values, to be compared.
        without: Words that mean nothing to the command.
        config: Whether it takes one config; else it has an argument of its own.
    """
    words = [word for word in WORDS if word.name not in without]
    configs: dict[str, Any] = {"config": CONFIG, "config_": CONFIG_OPTION} if config else {}

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(command, eval_str=True)
        of_command = [parameter for name, parameter in signature.parameters.items() if name != "given"]
        shared = {**configs, **{word.name: _option(word, several=several) for word in words}}
        shared |= {"set_": SET, "data": DATA, "target": TARGET}

        @wraps(command)
        def called(**values: Any) -> None:
            of_experiment = {name: values.pop(name) for name in shared}
            command(_given(of_experiment, [word.name for word in words], several=several), **values)

        kind = inspect.Parameter.KEYWORD_ONLY
        parameters = [inspect.Parameter(name, kind, default=None, annotation=of) for name, of in shared.items()]
        parameters += [parameter.replace(kind=kind) for parameter in of_command]
        called.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        called.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        return called

    return decorated


def _option(word: Word, *, several: bool) -> Any:
    many = several and bool(word.examples)
    metavar, example = ("VALUES", word.examples) if many else ("VALUE", word.example)
    help_ = f"{word.meaning}, such as {example}."
    return Annotated[str | None, typer.Option(word.option, metavar=metavar, help=help_, show_default=False)]


def _given(values: dict[str, Any], names: list[str], *, several: bool) -> Given:
    config, option = values.get("config"), values.get("config_")
    if config is not None and option is not None:
        raise InputError(f"{config}: a config is there already, --config {option}")
    words = {name: values[name] for name in names if values[name] is not None}
    for name, text in words.items():
        if text.startswith("="):
            raise InputError(f"{BY_NAME[name].option} {text}: write {BY_NAME[name].option} {text.lstrip('= ')}")
        if not text.strip():
            raise InputError(f"{BY_NAME[name].option}: the value is empty")
        per_layer = name == "activation" and text.lstrip().startswith("[")
        if is_several(text) and (name in SINGLE or not (several or per_layer)):
            raise InputError(_one_value(name, text))
    named = option if config is None else config
    sets = tuple(values["set_"] or ())
    return Given(named, words, sets, values["data"], values["target"], by_option=option is not None)


def _one_value(name: str, text: str) -> str:
    option = BY_NAME[name].option
    if name in SINGLE:
        return f"{option} {text}: takes one number"
    layers = ""
    if re.fullmatch(r"\d+,\d+", text) and name == "learning_rate":
        return f"{option} {text}: takes one value here; a decimal number has a point: {text.replace(',', '.')}"
    if name == "hidden_size":
        layers = f", and two hidden layers are --set 'hidden_sizes=[{text.strip(' []')}]'"
    return f"{option} {text}: takes one value here; `mlpexp sweep` compares several{layers}"
