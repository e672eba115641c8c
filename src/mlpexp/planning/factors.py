"""In which factors configs differ."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlpexp.planning.values import value_text

# What changes no question.
NO_FACTORS = ("name", "description", "scores", "seed", "seeds", "diagnostics", "device", "keep", "sweep")
# Keys of the data that leave the samples of a split alone.
NO_DATA = (
    "standardize", "scale", "augmentation", "target.standardize", "target.transform", "size", "fit", "color",
)  # fmt: skip
# Keys that say how a table is read and what a row gives the network: they leave samples alone unless they cost rows.
OF_TABLE = (
    "features", "exclude", "categorical", "numeric", "dates", "missing", "missing_values", "missing_indicator", "max_levels",
    "encoding", "delimiter", "header", "names", "decimal", "thousands", "shape",
)  # fmt: skip
TRAIN_LENGTHS = ("dataset.train_samples", "dataset.train_fraction")  # of a learning curve; the test part stays


def changes_samples(key: str, part: str, *, same_rows: bool = False) -> bool:
    """Whether equal seeds no longer mean equal samples of a part when this key differs.

    Args:
        key: Of a config.
        part: Of the data.
        same_rows: Whether the data are known to be the same rows of one table.
    """
    if key in TRAIN_LENGTHS:
        return part != "test"
    section, _, rest = key.partition(".")
    harmless = NO_DATA + OF_TABLE * same_rows
    return key == "split_seed" or (section == "dataset" and not {rest, rest.partition(".")[0]}.intersection(harmless))


def differing_keys(configs: Sequence[Mapping[str, Any]]) -> list[str]:
    """Dotted keys whose values are not the same in all configs."""
    flat = _flat(configs)
    keys = dict.fromkeys(key for config in flat for key in config)
    return [key for key in keys if len({json.dumps(config.get(key)) for config in flat}) > 1]


def differences(configs: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The factors in which configs differ: by key, the value of each as text, ``-`` where it has none.

    A section whose name differs is one factor, whatever other keys come with it: from SGD to Adam is one change.
    """
    flat = _flat(configs)
    differing = differing_keys(configs)
    renamed = [key.removesuffix(".name") for key in differing if key.endswith(".name")]
    factors: dict[str, str] = {}
    for key in differing:
        section = next((section for section in renamed if key.startswith(f"{section}.")), None)
        factors |= {key: key} if section is None else {section: f"{section}.name"}
    return {
        factor: [value_text(config[key]) if key in config else "-" for config in flat]
        for factor, key in factors.items()
    }


def _flat(configs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Dotted keys and values of each config; ``standardize`` as ``scale`` where one of them needs that word."""
    flat = [dict(leaves(config)) for config in configs]
    _flatten_starts(flat)
    if any("dataset.scale" in config for config in flat):
        for config in flat:
            if "dataset.standardize" in config:
                config["dataset.scale"] = "standard" if config.pop("dataset.standardize") else "none"
    return flat


def _flatten_starts(flat: Sequence[dict[str, Any]]) -> None:
    """Which result the weights are of is one factor, and what is frozen another; without a section, nothing is."""
    if not any("start.freeze" in config for config in flat):
        return
    of_result = {"start.sha256"}
    if len({config.get("start.result") for config in flat}) > 1:
        of_result |= {"start.arm", "start.seed"}
    for config in flat:
        config.setdefault("start.freeze", [])
        for key in of_result:
            config.pop(key, None)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted keys and values of nested mappings."""
    if isinstance(value, dict):
        for key, item in value.items():
            if path or key not in NO_FACTORS:
                yield from leaves(item, f"{path}.{key}" if path else key)
    else:
        yield path, value
