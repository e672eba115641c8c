"""What the commands that use trained networks share: options, and the arm that they name."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from mlpexp.cli.options import option

if TYPE_CHECKING:
    from mlpexp.results.result import ArmResult

TrainedArm = Annotated[
    str | None,
    option(
        "--arm", help="Of a sweep: number, label or KEY=VALUE [default: the best on validation data].", metavar="ARM"
    ),
]
TableSettings = Annotated[
    list[str] | None,
    option(
        "--set",
        help="How tables are written, where not as that of training; may be repeated.",
        metavar="KEY=VALUE",
    ),
]


def trained_arm(
    result: str, arm: str | None, table: Sequence[Path] | None, runs_dir: Path, tell: Callable[[str], None]
) -> "ArmResult":
    """The arm of a result that a command names, else the best on validation data.

    Args:
        result: As it was typed.
        arm: Likewise; None: none was.
        table: Where the tables or pictures of the result are now.
        runs_dir: Where results are looked for by name.
        tell: Is told which arm is chosen, where there are several.

    Raises:
        InputError: There is no such result or arm, or it has not ended.
    """
    from mlpexp.results.arm_choice import chosen_arm
    from mlpexp.results.result import Result
    from mlpexp.store.listing import find_result

    opened = Result.open(find_result(result, runs_dir), table or ())
    return opened.arm(chosen_arm(opened, arm, tell))
