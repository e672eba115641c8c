"""The plots of a result drawn again into its folder."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mlpexp.errors import RunError

if TYPE_CHECKING:
    from mlpexp.results.arm_choice import Say
    from mlpexp.results.result import Result


def plot(
    result: "Result",
    arm: int | None = None,
    formats: Sequence[str] = ("png",),
    *,
    data_dir: str | None = None,
    say: "Say",
) -> list[Path]:
    """Draws the plots of a result again, or those of an arm of a sweep; of a sweep its tables of arms, too.

    Args:
        result: Finished or not.
        arm: Number of an arm of a sweep; None: the figures over all arms.
        formats: Of ``png``, ``svg``, ``pdf`` and ``tex``.
        data_dir: Where image data sets lie.
        say: Is told what takes time.

    Returns:
        The figures written.

    Raises:
        InputError: A format is not known, or data that are needed are not there.
        RunError: A file is damaged, or cannot be written.
    """
    from mlpexp.report.figures.catalogue import draw_figures
    from mlpexp.report.tables.comparison_files import rebuild
    from mlpexp.store.result_folder import refuse_old

    if not result.summary.complete:
        refuse_old(result.folder)
    with suppress(RunError):  # another process holds it
        result.folder.tidy_up(result.summary)
    if arm is None:
        rebuild(result)
    else:
        from mlpexp.results.evaluate import evaluate

        evaluate(result.arm(arm), data_dir, say)
    return draw_figures(result, formats, arm)
