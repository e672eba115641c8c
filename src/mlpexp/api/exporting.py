"""A trained network as a file for use elsewhere."""

from pathlib import Path
from typing import TYPE_CHECKING

from mlpexp.asking import keyword
from mlpexp.store.beside import refuse_results

if TYPE_CHECKING:
    from mlpexp.export.export import Exported
    from mlpexp.results.arm_choice import Say
    from mlpexp.results.result import ArmResult


def check_export(to: Path, *, int8: bool = False, int8_weights: bool = False) -> None:
    """Refuses a file that cannot be written, before anything is computed for it.

    Raises:
        InputError: It exists, is in a result, its end is no format, or the format has no int8.
    """
    from mlpexp.export.export import check_new, format_of, scheme_of

    refuse_results(keyword("to"), to)
    format_of(to, int8=scheme_of(int8=int8, weights=int8_weights) is not None)
    check_new(to)


def export(
    arm: "ArmResult",
    to: Path,
    seed: int | None = None,
    *,
    int8: bool = False,
    int8_weights: bool = False,
    data_dir: str | None = None,
    say: "Say",
) -> "Exported":
    """Writes the network of one seed; the file is run again and compared before it is there.

    Args:
        arm: Of a result that has ended.
        to: The new file; its end decides the format.
        seed: Whose network; None: that with the median validation score, else the first.
        int8: Whether weights and activations are int8.
        int8_weights: Whether weights alone are.
        data_dir: Where image data sets lie.
        say: Is told which seed is chosen, and what takes time.

    Raises:
        InputError: As ``check_export``, or there is no such seed.
        RunError: The file computes something else, or cannot be written.
    """
    from mlpexp.export.export import export as written
    from mlpexp.export.export import scheme_of, seed_of
    from mlpexp.results.networks import networks_of

    check_export(to, int8=int8, int8_weights=int8_weights)
    networks = networks_of(arm, [seed_of(arm, seed, say)], data_dir=data_dir, say=say)
    return written(networks, to, data_dir, scheme=scheme_of(int8=int8, weights=int8_weights))
