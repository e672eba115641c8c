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
    yield from places.folders(runs_dir)
    yield from places.data_sets()
    yield from _tried("fonts", lambda: [letters.fonts()])
    yield from _tried("torch", _of_torch)


def _of_torch() -> Iterator[Finding]:
    from mlpexp.doctor import computing

    yield computing.libraries()
    yield computing.card()
    yield from computing.step()


def _tried(what: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """What is found, or why nothing could be."""
    try:
        yield from look()
    except Exception as error:  # whatever is broken is what is asked for
        first = (str(error) or "no message").splitlines()[0]
        remedy = f"{what} cannot be used: {type(error).__name__}: {first}; install it again"
        yield Finding(what, "broken", remedy, is_broken=True)
