"""Parts of one's own: functions that Python gives in the place of a built-in activation, loss, score and so on.

A part is known by its kind, its name and the hash of what it computes with (``part_content.py``). A config holds the
reference ``own:mish@1f2e3d4c5b6a``, and the function stays in the process: it is never written into a folder.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from mlpexp.config.part_as_bytes import bytes_of, function_in
from mlpexp.config.part_content import hash_of, name_of
from mlpexp.errors import InputError

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidatorFunctionWrapHandler

    from mlpexp.config.experiment import Experiment

Kind = Literal["activation", "loss", "init", "optimizer", "schedule", "score"]
KINDS: tuple[Kind, ...] = get_args(Kind)
REFERENCE = re.compile(r"own:([A-Za-z_]\w*)@([0-9a-f]{12})")


@dataclass(frozen=True)
class OwnPart:
    """A function with its kind, as it travels to workers."""

    kind: Kind
    """Where it stands."""
    reference: str
    """``own:mish@1f2e3d4c5b6a``."""
    function: Callable[..., Any]
    """What computes."""

    @property
    def name(self) -> str:
        """``mish``."""
        return short_name(self.reference)

    def __reduce__(self) -> tuple[Callable[..., "OwnPart"], tuple[Kind, str, bytes]]:
        """With the function itself: a worker may not find the file that it is from."""
        return _arrived, (self.kind, self.reference, bytes_of(self.function))


def _arrived(kind: Kind, reference: str, function: bytes) -> OwnPart:
    return OwnPart(kind, reference, function_in(function))


_PARTS: dict[tuple[Kind, str], OwnPart] = {}  # of this process; the key says what is in it, so that none ever changes


def reference_of(kind: Kind, function: Callable[..., Any]) -> str:
    """Registers a part in this process, and gives what a config calls it.

    Args:
        kind: Where it stands.
        function: A function that was written with ``def``, of a library, or ``functools.partial`` of one.

    Raises:
        InputError: It cannot be told what the function computes with.
    """
    try:
        reference = f"own:{name_of(function)}@{hash_of(function)}"
    except ValueError as error:
        raise InputError(f"own {kind}: {error}") from None
    register([OwnPart(kind, reference, function)])
    return reference


def register(parts: Iterable[OwnPart]) -> None:
    """Makes parts known in this process: a worker does so with those of its task."""
    for part in parts:
        _PARTS.setdefault((part.kind, part.reference), part)


def is_own(name: object) -> bool:
    """Whether a name of a config is the reference of a part of one's own."""
    return isinstance(name, str) and REFERENCE.fullmatch(name) is not None


def short_name(name: str) -> str:
    """``mish`` of ``own:mish@1f2e3d4c5b6a``; any other name as it is."""
    match = REFERENCE.fullmatch(name)
    return match[1] if match else name


def is_known(reference: str, kind: Kind) -> bool:
    """Whether the function of a part is known in this process."""
    return (kind, reference) in _PARTS


def part_of(reference: str, kind: Kind) -> OwnPart:
    """The part that a config names.

    Raises:
        InputError: It is not known in this process.
    """
    if not is_known(reference, kind):
        raise InputError(not_known(reference, kind))
    return _PARTS[kind, reference]


def not_known(reference: str, kind: Kind) -> str:
    """Why a part cannot be used, and what to do; another part of that name is said to be another."""
    match = REFERENCE.fullmatch(reference)
    name, digest = (match[1], match[2]) if match else (reference, "")
    others = [ref for of_kind, ref in _PARTS if of_kind == kind and short_name(ref) == name]
    if others:
        return (
            f"own {kind} {name} ({digest}) is another function than the {name} given here ({others[-1][-12:]}): "
            "give the one that it was trained with"
        )
    here = f"own {kind} {name} ({digest}) is a function of Python, not known here"
    return f"{here}; give it there: mlpexp.train(..., {kind}={name}), or mlpexp.load(path, parts=[{name}])"


def known_parts(functions: Sequence[Callable[..., Any]]) -> None:
    """Registers functions of which it is not said what they are: under each kind.

    Raises:
        InputError: It cannot be told what a function computes with.
    """
    for function in functions:
        reference = reference_of(KINDS[0], function)
        register(OwnPart(kind, reference, function) for kind in KINDS)


def parts_in(experiment: "Experiment") -> Iterator[tuple[Kind, str]]:
    """Kind and reference of each part of one's own that an experiment names, each once."""
    yield from parts_named(experiment.model_dump(exclude={"sweep"}))


def parts_named(config: Mapping[str, Any]) -> Iterator[tuple[Kind, str]]:
    """Likewise of a config as plain data, without its sweep section."""
    found: dict[tuple[Kind, str], None] = {}
    _look("", config, found)
    yield from found


def needed_parts(experiments: Iterable["Experiment"], *, measuring: bool = True) -> tuple[OwnPart, ...]:
    """The parts that experiments need, each once.

    Args:
        experiments: Of a plan.
        measuring: Whether they are measured while they train; else scores are not needed.

    Raises:
        InputError: One is not known in this process.
    """
    needed = dict.fromkeys(place for experiment in experiments for place in parts_in(experiment))
    return tuple(part_of(reference, kind) for kind, reference in needed if measuring or kind != "score")


KEYS: dict[str, Kind] = {
    "activation": "activation",
    "init": "init",
    "bias_init": "init",
    "loss": "loss",
    "optimizer": "optimizer",
    "schedule": "schedule",
    "scores": "score",
    "score": "score",
}
"""What a key of a config takes."""


def _look(key: str, value: object, found: dict[tuple[Kind, str], None]) -> None:
    if isinstance(value, dict):
        for inner, item in value.items():
            _look(key if inner == "name" else inner, item, found)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _look(key, item, found)
    elif key in KEYS and is_own(value):
        found[KEYS[key], str(value)] = None


def section_or_own(section: "type[BaseModel]") -> "Callable[[object, ValidatorFunctionWrapHandler], object]":
    """For fields that hold a section with a name alone: one of the built-in ones, or a reference in such a section."""

    def validated(value: object, built_in: "ValidatorFunctionWrapHandler") -> object:
        if isinstance(value, dict) and list(value) == ["name"] and is_own(value["name"]):
            return section.model_construct(name=value["name"])
        return built_in(value)

    return validated


def name_or_own(value: object, known_name: "ValidatorFunctionWrapHandler") -> object:
    """For fields that hold a name: one of the built-in ones, or a reference."""
    return value if is_own(value) else known_name(value)
