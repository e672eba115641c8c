"""With which weights a training begins: from the names of results to keys of ``start:``."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mlpexp.asking import keyword
from mlpexp.errors import InputError, Place

if TYPE_CHECKING:
    from mlpexp.config.yaml_source import Override, Source


def start_overrides(
    init_from: str | None,
    from_arm: str | None,
    from_seed: str | None,
    freeze: str | None,
    others: "Sequence[Override]",
    runs_dir: Path,
    tell: Callable[[str], None],
) -> "list[Override]":
    """The keys of ``start:`` that the options stand for.

    Args:
        init_from: A result, as it is named everywhere.
        from_arm: One of its arms; None: not said.
        from_seed: One of its seeds.
        freeze: Names of layers, with commas between them.
        others: What is set beside them.
        runs_dir: The folder of results.
        tell: Is told which arm is chosen, where there are several.

    Raises:
        InputError: There is no such result or arm, or a key is set twice.
    """
    from mlpexp.config.yaml_source import Override, parse_value

    overrides = []
    if init_from is not None:
        path, number = _result_and_arm(init_from, from_arm, runs_dir, tell)
        place = Place(keyword("init-from", init_from))
        overrides += [Override("start.result", str(path.resolve()), place), Override("start.arm", number, place)]
    elif from_arm is not None or from_seed is not None:
        which = keyword(f"from-{'seed' if from_arm is None else 'arm'}")
        raise InputError(f"{which}: of which result? name it with {keyword('init-from')}")
    if from_seed is not None:
        place = Place(keyword("from-seed", from_seed))
        overrides.append(Override("start.seed", parse_value(from_seed, place), place))
    if freeze is not None:
        place = Place(keyword("freeze", freeze))
        overrides.append(Override("start.freeze", parse_value(f"[{freeze.strip(' []')}]", place), place))
    keys = {override.key: override.place for override in overrides}
    for override in others:
        if override.key in keys:
            raise InputError(f"{override.place}: {override.key} is there twice, with {keys[override.key]}")
    return overrides


def find_starts(source: "Source", config: Path, runs_dir: Path, tell: Callable[[str], None]) -> None:
    """Makes names of results in ``start:`` and its axes their folders, in place, where no folder is called so.

    Args:
        source: As it was read.
        config: Where.
        runs_dir: The folder of results.
        tell: Is told which folder is meant.
    """
    from mlpexp.config.start_paths import renamed_starts
    from mlpexp.store.listing import find_result, is_named

    def found(text: str, at: object) -> str:
        path = Path(text)
        is_bare = path.parent in (Path(), Path.cwd(), config.parent.absolute())
        if not is_bare or path.exists() or not is_named(path.name, runs_dir):
            return text
        folder = find_result(path.name, runs_dir).resolve()
        tell(f"start.result: {path.name} is {folder}")
        return str(folder)

    source.data = renamed_starts(source.data, found)


def _result_and_arm(text: str, arm: str | None, runs_dir: Path, tell: Callable[[str], None]) -> tuple[Path, int]:
    """The folder of a result, and the number of an arm of it."""
    from mlpexp.results.arm_choice import chosen_arm
    from mlpexp.results.result import Result
    from mlpexp.store.listing import find_result

    path = find_result(text, runs_dir)
    try:
        return path, chosen_arm(Result.open(path), arm, tell)
    except InputError as error:
        raise InputError(str(error).replace(keyword("arm"), keyword("from-arm"))) from None
