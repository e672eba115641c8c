"""Everything that is looked at, what is quick first."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from mlpexp.doctor import letters, libraries, machine, places
from mlpexp.doctor.finding import Finding


def findings(runs_dir: Path) -> Iterator[Finding]:
    """Each as soon as it is known; what fails is a finding, too.

    Args:
        runs_dir: The folder of results.
    """
    for look in (machine.program, machine.system, machine.cores, machine.memory, libraries.packages):
        yield look()
    yield from libraries.extras()
    yield from _tried("folders", lambda: places.folders(runs_dir), "name others with --runs-dir")
    yield from _tried("data sets", places.data_sets, "name another folder with MLPEXP_DATA_DIR")
    yield from _tried("fonts", lambda: [letters.fonts()], "install it again")
    yield from _tried("torch", _of_torch, "install it again")


def _of_torch() -> Iterator[Finding]:
    from mlpexp.doctor import computing

    yield computing.libraries()
    yield computing.card()
    yield from computing.step()


def _tried(what: str, look: Callable[[], Iterable[Finding]], remedy: str) -> Iterator[Finding]:
    """What is found, or why nothing could be, and what helps."""
    try:
        yield from look()
    except Exception as error:  # whatever is broken is what is asked for
        first = (str(error) or "no message").splitlines()[0]
        sentence = f"{what} cannot be used: {type(error).__name__}: {first}; {remedy}"
        yield Finding(what, "broken", sentence, is_broken=True)
