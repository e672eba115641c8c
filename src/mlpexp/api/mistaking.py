"""The test samples that networks get wrong."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mlpexp.report.tables.mistakes import Record, mistake_records, table_of_mistakes

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.figure import Figure

    from mlpexp.results.arm_choice import Say
    from mlpexp.results.mistaken_samples import MistakenSamples
    from mlpexp.results.result import ArmResult


@dataclass(frozen=True, eq=False, repr=False)
class Mistaken:
    """The mistakes of an arm, the worst first."""

    samples: "MistakenSamples"
    """They, and what they are called."""

    @cached_property
    def records(self) -> list[Record]:
        """A record for each mistake."""
        return mistake_records(self.samples.mistakes, self.samples.named)

    @property
    def table(self) -> "pd.DataFrame":
        """A row for each mistake: which sample, what is true and what is predicted, how many seeds are wrong."""
        import pandas as pd

        return pd.DataFrame(self.records)

    @property
    def sentences(self) -> list[str]:
        """How many there are, and what the columns are."""
        from mlpexp.results.mistakes import sentences

        return list(sentences(self.samples.mistakes))

    @property
    def figure(self) -> "Figure | None":
        """The worst of them; None where there is no such figure."""
        from mlpexp.api.pictures import laid_out
        from mlpexp.report.mistakes_folder import draw_mistaken, figure_name

        return laid_out(draw_mistaken(self.samples)) if figure_name(self.samples) else None

    def write(self, folder: Path, formats: "Sequence[str]" = ("png",)) -> None:
        """Writes table and figure into a new folder.

        Args:
            folder: Which is not there yet.
            formats: Of the figure.

        Raises:
            RunError: It cannot be written.
        """
        from mlpexp.report.mistakes_folder import write_mistakes

        write_mistakes(self.samples, folder, formats)

    def __repr__(self) -> str:
        from mlpexp.report.tables.text_layout import as_text

        records = self.records[:10]
        return "\n".join([*([as_text(table_of_mistakes(records))] if records else []), *self.sentences])


def mistakes(arm: "ArmResult", seed: int | None = None, *, data_dir: str | None = None, say: "Say") -> Mistaken:
    """The samples that most seeds get wrong with most confidence; nothing is written.

    Args:
        arm: Of a result that has ended.
        seed: Of which network; None: of all together.
        data_dir: Where image data sets lie.
        say: Is told which seeds are left out, and what takes time.

    Raises:
        InputError: There is no such seed, or the data are not there, or the model is a map.
        RunError: A file is damaged, or the data have changed.
    """
    from mlpexp.results.arm_choice import chosen_seeds
    from mlpexp.results.mistaken_samples import mistaken_samples

    return Mistaken(mistaken_samples(arm, chosen_seeds(arm, seed, say), data_dir, say))
