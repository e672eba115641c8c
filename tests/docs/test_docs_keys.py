"""The tables of ``docs/configuration.md`` say what the schema says: keys, defaults, ranges, choices; no more, no less."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from making.markdown_pages import DOCS, code, tables_under
from mlpexp.config import activations, datasets, image_sets, layers, networks, optimization, own_images, som, splits
from mlpexp.config.experiment import Experiment, Keep
from mlpexp.config.key_facts import key_facts
from mlpexp.config.keys import tag_key
from mlpexp.config.start import Start
from mlpexp.config.strict import Strict
from mlpexp.config.sweep import Sweep
from mlpexp.config.words import BY_NAME
from mlpexp.config.yaml_source import Source, apply_override, override_in
from mlpexp.errors import ConfigError
from mlpexp.planning.prepare import prepare

PAGE = DOCS / "configuration.md"
CONFIGS = DOCS.parent / "configs"

OPTIMIZERS = (optimization.Sgd, optimization.Adagrad, optimization.Rmsprop, optimization.Adam, optimization.AdamW)
SCHEDULES = (
    optimization.ConstantSchedule, optimization.StepSchedule, optimization.ExponentialSchedule,
    optimization.CosineSchedule, optimization.InverseTimeSchedule, optimization.InversePowerSchedule,
)  # fmt: skip
TABULAR = (datasets.Iris, datasets.Digits, datasets.ThreeClass3D, datasets.Synthetic, datasets.Csv)
MODELS = (networks.Mlp, networks.Lenet5, networks.Cnn4, networks.MnistCnn, networks.Cnn)

SECTIONS: Mapping[str, tuple[type[BaseModel], ...]] = {
    "Top level": (Experiment,),
    "Data sets without official test set": TABULAR,
    "synthetic": (datasets.Synthetic,),
    "csv": (datasets.Csv,),
    "target": (datasets.Target,),
    "images": (own_images.Images,),
    "Image data sets with a name": tuple(image_sets.NamedImages.__subclasses__()),
    "emnist": (image_sets.Emnist,),
    "augmentation": (image_sets.Augmentation,),
    "split k_fold": (splits.KFoldSplit,),
    "splits group and time": (splits.GroupSplit, splits.TimeSplit),
    "split column": (splits.ColumnSplit,),
    "split file": (splits.FileSplit,),
    "All models": MODELS,
    "mlp": (networks.Mlp,),
    "lenet5": (networks.Lenet5,),
    "cnn4": (networks.Cnn4,),
    "mnist_cnn": (networks.MnistCnn,),
    "cnn": (networks.Cnn,),
    "som": (som.Som,),
    "layer conv": (layers.ConvLayer,),
    "layers max_pool and average_pool": (layers.PoolLayer,),
    "layer dense": (layers.DenseLayer,),
    "layer dropout": (layers.DropoutLayer,),
    "All optimizers": OPTIMIZERS,
    "sgd": (optimization.Sgd,),
    "adagrad": (optimization.Adagrad,),
    "rmsprop": (optimization.Rmsprop,),
    "adam and adamw": (optimization.Adam, optimization.AdamW),
    "All schedules": SCHEDULES,
    "schedule step": (optimization.StepSchedule,),
    "schedule exponential": (optimization.ExponentialSchedule,),
    "schedule cosine": (optimization.CosineSchedule,),
    "schedule inverse_time": (optimization.InverseTimeSchedule,),
    "schedule inverse_power": (optimization.InversePowerSchedule,),
    "training": (optimization.Training,),
    "early_stopping": (optimization.EarlyStopping,),
    "convergence": (optimization.Convergence,),
    "start": (Start,),
    "keep": (Keep,),
    "sweep": (Sweep,),
}
# Tables in which a column says which of several classes a key belongs to.
OF_SECTIONS: Mapping[str, tuple[type[BaseModel], ...]] = {
    "activation": (activations.LeakyRelu, activations.Prelu, activations.Elu, activations.Maxout, activations.PlainActivation),
    "init": (
        networks.ConstantInit, networks.NormalInit, networks.UniformInit, networks.XavierInit, networks.HeInit,
        networks.PlainInit,
    ),
}  # fmt: skip


def names_of(model: type[BaseModel]) -> tuple[str, ...]:
    """What selects a class: its name or names; empty if there is nothing to select."""
    field = model.model_fields.get(tag_key(model))
    return get_args(field.annotation) if field and model is not Experiment else ()


def documented() -> Iterator[tuple[type[BaseModel], str, dict[str, str]]]:
    """Class, key and row of the table, once for every class that the row is about."""
    for title, models in SECTIONS.items():
        for row in tables_under(PAGE, title)[0].rows:
            for model in models:
                yield model, *named(row)
    for title, models in OF_SECTIONS.items():
        for row in tables_under(PAGE, title)[0].rows:
            owners = [model for model in models if set(names_of(model)) & set(code(row["of"]))]
            assert {name for model in owners for name in names_of(model)} == set(code(row["of"])), row
            for model in owners:
                yield model, *named(row)


def named(row: dict[str, str]) -> tuple[str, dict[str, str]]:
    (key,) = code(row["key"])
    return key, row


NEEDED: Mapping[str, Any] = {  # something for each key without default
    "dataset": {"name": "iris"}, "model": {"name": "mlp"}, "optimizer": {"name": "adam"}, "kind": "xor", "path": "a.csv",
    "target": "a", "column": "a", "layers": [{"layer": "dense", "units": 1}], "channels": 1, "kernel_size": 1, "units": 1,
    "learning_rate": 1.0, "every": 1, "decay": 1.0,
}  # fmt: skip
ROWS = list(documented())
IDS = [f"{model.__name__}.{key}" for model, key, _ in ROWS]


def all_models(model: type[BaseModel] = Strict) -> set[type[BaseModel]]:
    """Every section that a config can have; the forms of columns are what ``networks.json`` holds."""
    below = {inner for child in model.__subclasses__() for inner in all_models(child)}
    own = {one for one in model.__subclasses__() if not (one.__name__.startswith("_") or one.__subclasses__())}
    elsewhere = ("mlpexp.config.column_forms", "mlpexp.config.own_steps")  # records; sections that only Python can give
    return below | {
        one for one in own if one.__module__.startswith("mlpexp.config.") and one.__module__ not in elsewhere
    }


def keys_of(model: type[BaseModel]) -> set[str]:
    return set(model.model_fields) - ({tag_key(model)} if model is not Experiment else set())


@pytest.mark.parametrize("model", sorted(all_models(), key=lambda one: one.__name__))
def test_every_key_is_documented(model: type[BaseModel]) -> None:
    assert {key for one, key, _ in ROWS if one is model} == keys_of(model)


@pytest.mark.parametrize(("model", "key", "row"), ROWS, ids=IDS)
def test_default(model: type[BaseModel], key: str, row: dict[str, str]) -> None:
    field, text = model.model_fields[key], default_for(model, row["default"])
    if field.is_required():
        assert text == "required"
        return
    default = field.get_default(call_default_factory=True)
    if default is None:
        assert text == "none"
        return
    tag = {tag_key(model): name for name in names_of(model)[:1]}
    needed = {name: value for name, value in NEEDED.items() if name in model.model_fields}
    written = model.model_validate({**needed, **tag, key: yaml_value(text)})
    assert getattr(written, key) == default


def default_for(model: type[BaseModel], cell: str) -> str:
    """The part of a cell such as ``0.0; adamw: 0.01`` (each in code marks) that is about one class."""
    general, *special = cell.split("; ")
    for part in special:
        name, _, value = part.partition(": ")
        if code(name)[0] in names_of(model):
            return code(value)[0]
    return (code(general) or [general])[0]


def yaml_value(text: str) -> Any:
    source = Source()
    apply_override(source, override_in(f"value={text}", "default"))
    return source.data["value"]


BOUNDS = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}
COUNTS = {"minItems": ">=", "maxItems": "<=", "maxLength": "<="}


def schema_of(model: type[BaseModel], key: str) -> dict[str, Any]:
    return model.model_json_schema()["properties"][key]


def bounds(schema: dict[str, Any]) -> set[tuple[str, float]]:
    """Every bound of a number, of the numbers in a list, and of lengths; of single characters none."""
    found = {(sign, float(schema[word])) for word, sign in BOUNDS.items() if word in schema}
    if "minLength" not in schema:
        found |= {(sign, float(schema[word])) for word, sign in COUNTS.items() if word in schema}
    inner = [*alternatives(schema), *([schema["items"]] if "items" in schema else [])]
    inner += [schema["additionalProperties"]] if isinstance(schema.get("additionalProperties"), dict) else []
    return found.union(*(bounds(one) for one in inner))


def choices(schema: dict[str, Any]) -> set[str]:
    """The words that a key can take."""
    own = {*schema.get("enum", ()), *([schema["const"]] if "const" in schema else [])}
    return own.union(*(choices(one) for one in alternatives(schema)))


def alternatives(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """What a key can be; of sections that are told apart by their name nothing."""
    return [*schema.get("anyOf", ()), *(schema.get("oneOf", ()) if "discriminator" not in schema else ())]


def number_in(word: str) -> float:
    """``2^63`` or ``0.5`` as a number."""
    base, _, exponent = word.partition("^")
    return float(base) ** int(exponent or 1)


@pytest.mark.parametrize(("model", "key", "row"), ROWS, ids=IDS)
def test_range(model: type[BaseModel], key: str, row: dict[str, str]) -> None:
    schema, text = schema_of(model, key), row["range"]
    written = {(sign, number_in(word)) for sign, word in re.findall(r"([<>]=?) ([\d.^]+)", text)}
    assert written == bounds(schema)
    if key != "name":  # its range lists the characters of a name
        assert set(code(text)) == choices(schema)


PLAIN_TYPES = {
    "integer": "whole number", "number": "number", "boolean": "true/false", "string": "text", "array": "list",
    "object": "mapping",
}  # fmt: skip


NUMBER_TYPES = {"integer": "number"}  # in a list of several kinds


@pytest.mark.parametrize(("model", "key", "row"), ROWS, ids=IDS)
def test_type(model: type[BaseModel], key: str, row: dict[str, str]) -> None:
    schema = schema_of(model, key)
    tagged = schema["oneOf"] if "discriminator" not in schema and "oneOf" in schema else [schema]
    alternatives = [one for one in schema.get("anyOf", tagged) if one.get("type") != "null"]
    words = set()
    for one in alternatives:
        if "enum" in one or "const" in one:
            words.add("choice")
        elif one.get("type") == "array":
            inner = [kind.get("type") for kind in one["items"].get("anyOf", [one["items"]])]
            plain = dict.fromkeys(NUMBER_TYPES.get(kind, kind) if len(inner) > 1 else kind for kind in inner)
            words.add("list of " + ", ".join(f"{PLAIN_TYPES[kind]}s" if kind else "sections" for kind in plain))
        else:
            words.add(PLAIN_TYPES.get(one.get("type", ""), "section"))
    assert set(re.split(r",? or ", row["type"])) == words


IN_THE_PAGE = {
    "true or false": "true/false", "texts or whole numbers or numbers": "texts, numbers",
    "list of lists of texts": "list of lists", "list of choices": "list of texts",
}  # fmt: skip


@pytest.mark.parametrize(("model", "key", "row"), ROWS, ids=IDS)
def test_the_command_says_the_same(model: type[BaseModel], key: str, row: dict[str, str]) -> None:
    """Type and words of `mlpexp keys`."""
    names = set(names_of(model))
    forms = [each for each in key_facts() if each.path.split(".")[-1] == key and names <= set(each.of)]
    forms = [each for each in forms if each.meaning == model.model_fields[key].description]
    assert forms
    for facts in forms:
        types = facts.type
        for ours, of_page in IN_THE_PAGE.items():
            types = types.replace(ours, of_page)
        assert set(re.split(" or ", types)) == set(re.split(",? or ", row["type"])), facts.path
        if key != "name" and "section" not in types and not types.startswith("list"):
            assert set(facts.choices) == set(code(row["range"])), facts.path


RULES = tables_under(PAGE, "Which keys fit together")[0].rows


@pytest.mark.parametrize("row", RULES, ids=[code(row["key"])[0] + ": " + row["rule"][:40] for row in RULES])
def test_each_rule_is_one(row: dict[str, str]) -> None:
    changes = [override_in(text, "--set") for text in code(row["broken, for example, by"])]
    with pytest.raises(ConfigError) as caught:
        prepare(CONFIGS / "iris" / "mlp.yaml", changes)
    (problem,) = caught.value.problems
    assert str(problem.key) == code(row["key"])[0]


def test_the_pages_name_every_short_form() -> None:
    row = next(row for row in tables_under(PAGE, "Short forms")[0].rows if "logistic" in row["written"])
    pairs = dict(zip(code(row["written"]), code(row["means"]), strict=True))
    assert pairs == activations.ALIASES


def test_the_pages_name_every_short_word() -> None:
    rows = tables_under(PAGE, "Short words")[0].rows
    assert {code(row["short"])[0]: code(row["key"])[0] for row in rows} == {
        name: word.key for name, word in BY_NAME.items()
    }


def test_the_default_initializers_are_those_of_the_table() -> None:
    table = tables_under(PAGE, "Defaults that depend on other keys")[1]
    written = {
        activation: code(row["default `init`"])[0] for row in table.rows for activation in code(row["activation"])
    }
    names = {name for model in OF_SECTIONS["activation"] for name in names_of(model)}
    assert written == {name: networks.default_init(name).name for name in names}
