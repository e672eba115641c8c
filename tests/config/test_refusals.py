"""Whatever the schema can refuse is said in our own words, and where it lies is read from the schema, not from text."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter
from pydantic_core.core_schema import ErrorType

from mlpexp.config.experiment import Experiment
from mlpexp.config.keys import literals
from mlpexp.config.refusals import EXPECTED, SPECIAL, expected, spot_at
from mlpexp.config.strict import TOGETHER

# The errors of each kind of node of pydantic's schema, and of each limit that a node can have.
OF_KIND: dict[str, set[str]] = {
    "model": {"model_type"},
    "model-fields": {"model_attributes_type", "extra_forbidden", "dict_type"},
    "model-field": {"missing"},
    "tagged-union": {"union_tag_not_found", "union_tag_invalid"},
    "tuple": {"tuple_type"},
    "dict": {"dict_type"},
    "int": {"int_type"},
    "float": {"float_type", "finite_number"},
    "str": {"string_type", "string_unicode"},
    "bool": {"bool_type"},
    "literal": {"literal_error"},
    "function-after": {TOGETHER}, "function-wrap": set(),
    "function-before": set(),  # ours are: they change the value and raise nothing
    "union": set(), "nullable": set(), "default": set(), "any": set(), "definitions": set(), "definition-ref": set(),
}  # fmt: skip
OF_LIMIT: dict[str, set[str]] = {
    "gt": {"greater_than"},
    "ge": {"greater_than_equal"},
    "lt": {"less_than"},
    "le": {"less_than_equal"},
    "pattern": {"string_pattern_mismatch"},
}  # fmt: skip
OF_LENGTH = {"str": ("string_too_short", "string_too_long"), "tuple": ("too_short", "too_long")}


def nodes(schema: Any) -> Iterator[Mapping[str, Any]]:
    """All nodes of a core schema: whatever has a ``type``."""
    if isinstance(schema, Mapping):
        if isinstance(schema.get("type"), str):
            yield schema
        for key, inner in schema.items():
            yield from () if key in ("metadata", "serialization", "default", "function") else nodes(inner)
    elif isinstance(schema, (list, tuple)):
        for inner in schema:
            yield from nodes(inner)


def raised_by(node: Mapping[str, Any]) -> set[str]:
    kind = node["type"]
    errors = set(OF_KIND[kind]).union(*(OF_LIMIT[limit] for limit in OF_LIMIT if limit in node))
    lengths = [limit in node for limit in ("min_length", "max_length")]
    return errors | {name for name, there in zip(OF_LENGTH.get(kind, ()), lengths, strict=False) if there}


NODES = list(nodes(TypeAdapter(Experiment).core_schema))


def test_each_error_of_the_schema_has_a_sentence_of_ours() -> None:
    errors = set().union(*map(raised_by, NODES))
    assert {"greater_than", "literal_error", "too_long", "missing", TOGETHER} <= errors  # the walk sees all of it
    assert errors == {*EXPECTED, *SPECIAL}


def test_the_sentences_are_of_errors_that_there_are() -> None:
    assert {*EXPECTED, *SPECIAL} - {TOGETHER} <= set(get_args(ErrorType))


@pytest.mark.parametrize("kind", EXPECTED)
def test_a_sentence_has_the_numbers_of_the_limit(kind: str) -> None:
    limits = dict.fromkeys(("gt", "ge", "lt", "le", "min_length", "max_length", "actual_length"), 3.0)
    sentence = expected(kind, limits)
    assert sentence.startswith("should ")
    assert ("3" in sentence) == ("{" in EXPECTED[kind])
    assert "3.0" not in sentence


def test_an_error_that_is_new_in_a_later_pydantic_has_a_sentence_too() -> None:
    assert expected("url_scheme", {"expected_schemes": "http"}) == "cannot be used here"


@pytest.mark.parametrize(
    ("location", "path", "tag", "words"),
    [
        (("training", "batch_size", "constrained-int"), ("training", "batch_size"), "", ("full",)),
        (("optimizer", "sgd", "momentum"), ("optimizer", "momentum"), "sgd", ()),
        (("model", "mlp", "activation", "list", 1, "maxout", "pieces"), ("model", "activation", 1, "pieces"), "maxout", ()),
        (("model", "mlp", "activation", "one", "elu", "alpha"), ("model", "activation", "alpha"), "elu", ()),
        (("model", "cnn", "layers", 2, "conv", "padding", "int"), ("model", "layers", 2, "padding"), "conv", ("same",)),
        (("model", "mlp", "init", "uniform", "absent"), ("model", "init", "absent"), "uniform", ()),
        (("sweep", "exclude", 0, "any key"), ("sweep", "exclude", 0, "any key"), "", ()),
    ],
)  # fmt: skip
def test_the_way_through_the_schema_is_one_through_the_file(
    location: tuple[Any, ...], path: tuple[Any, ...], tag: str, words: tuple[str, ...]
) -> None:
    spot = spot_at(location)
    assert (spot.path, spot.tag, literals(spot.annotation)) == (path, tag, words)
