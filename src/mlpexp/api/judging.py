"""The networks of an arm judged by other samples."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from mlpexp.report.tables.on_new_data import (
    differences_table,
    record,
    scores_csv,
    scores_table,
    sentences,
    shift_csv,
    shift_table,
)
from mlpexp.store.beside import appearing, folder_beside

if TYPE_CHECKING:
    import pandas as pd

    from mlpexp.results.arm_choice import Say
    from mlpexp.results.on_new_data import OnNewData
    from mlpexp.results.result import ArmResult


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation:
    """What networks do on other samples, against their own test part."""

    found: "OnNewData"
    """All numbers."""

    @property
    def scores(self) -> "pd.DataFrame":
        """A row for each score and seed, or as ``scores.csv`` has it."""
        return _frame(scores_csv(self.found))

    @property
    def shifts(self) -> "pd.DataFrame":
        """A row for each column of the data: how far it is from that of training."""
        return _frame(shift_csv(self.found))

    @property
    def sentences(self) -> list[str]:
        """What the numbers are, and what is odd."""
        return sentences(self.found)

    def write(self, folder: Path) -> None:
        """Writes numbers and figures into a new folder.

        Args:
            folder: From ``folder_of``.

        Raises:
            RunError: It cannot be written.
        """
        from mlpexp.report.figures.on_new_data import draw_on_new_data
        from mlpexp.store.files import write_text
        from mlpexp.store.json_files import as_json

        found = self.found
        texts = {
            "evaluation.json": as_json(record(found)), "scores.csv": scores_csv(found), "shift.csv": shift_csv(found),
        }  # fmt: skip
        with appearing(folder) as building:
            for name, text in texts.items():
                write_text(building / name, text)
            draw_on_new_data(found, building)

    def __repr__(self) -> str:
        from mlpexp.report.tables.text_layout import as_text

        tables = [scores_table(self.found), differences_table(self.found), shift_table(self.found)]
        return "\n".join([*(as_text(table) for table in tables if table is not None), *self.sentences])


def _frame(text: str) -> "pd.DataFrame":
    import pandas as pd

    return pd.read_csv(StringIO(text))


def folder_of(arm: "ArmResult", what: str, output: Path | None) -> Path:
    """Where something made of an arm is written: beside the result, or where it was said.

    Args:
        arm: Of which result; the number of an arm of several is part of the name.
        what: ``mistakes``, ``on-wine``.
        output: The folder that was named; None: none was.

    Raises:
        InputError: It exists, or is in a result.
    """
    several = arm.result.summary.num_arms > 1
    return folder_beside(arm.result.path, f"{what}-arm-{arm.number}" if several else what, output)


class Written(Protocol):
    """What can be written into a new folder."""

    def write(self, folder: Path) -> None:
        """Writes it."""


Made = TypeVar("Made", bound=Written)


def into_folder(arm: "ArmResult", what: str, output: str | Path | None, make: Callable[[], Made]) -> Made:
    """Makes something of an arm, and writes it if a folder is named; one that exists is refused before.

    Args:
        arm: Of which result.
        what: As in ``folder_of``.
        output: A new folder; None: nothing is written.
        make: Makes it.

    Raises:
        InputError: The folder exists, or is in a result.
        RunError: It cannot be written.
    """
    folder = None if output is None else folder_of(arm, what, Path(output))
    made = make()
    if folder is not None:
        made.write(folder)
    return made


def evaluate(
    arm: "ArmResult",
    on: Any,
    seed: int | None = None,
    settings: Sequence[str] = (),
    *,
    data_dir: str | None = None,
    say: "Say",
) -> Evaluation:
    """Judges networks by other samples; nothing is written.

    Args:
        arm: Of a result that has ended.
        on: A table, pictures, or a data set by its name; in Python also a frame with the column that is predicted, or
            ``(X, y)``.
        seed: Of which network; None: of all that ended well.
        settings: How a table is written, where not as that of training, as ``KEY=VALUE``.
        data_dir: Where image data sets lie.
        say: Is told which seeds are left out, and what takes time.

    Raises:
        InputError: There is no such seed, file or set, or it does not fit.
        RunError: A file is damaged.
    """
    from mlpexp.api.held_data import SHOWN, on_disk
    from mlpexp.api.predicting import as_written, judged_frame
    from mlpexp.results.arm_choice import chosen_seeds
    from mlpexp.results.networks import networks_of
    from mlpexp.results.new_data import new_data
    from mlpexp.results.on_new_data import on_new_data

    networks = networks_of(arm, chosen_seeds(arm, seed, say), data_dir=data_dir, say=say)
    preparation, config = networks.preparation, networks.experiment.dataset
    if preparation.table is not None and not isinstance(on, (str, Path)):
        on, settings = judged_frame(preparation, on), as_written(preparation)
    with on_disk("evaluate", on, None if isinstance(on, tuple) else preparation.target_name) as held:
        data = new_data(held.written, preparation, config, arm.result.path, data_dir, settings)
        data = replace(data, name=SHOWN) if held.is_ours else data
        return Evaluation(on_new_data(networks, data, data_dir))
