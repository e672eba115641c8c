"""The packages that the program needs, and those that it can use, as its own metadata list them."""

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from mlpexp.doctor.finding import Finding

REQUIREMENT = re.compile(r"([A-Za-z0-9_.-]+)[^;]*(?:;.*extra == ['\"]([a-z]+)['\"])?")
NEEDED = ""  # the extra of what is always needed


def listed() -> dict[str, list[str]]:
    """The packages by extra, those that are needed under ``NEEDED``; none where the program was not installed."""
    try:
        lines = requires("mlpexp") or []
    except PackageNotFoundError:
        return {}
    packages: dict[str, list[str]] = {}
    for name, extra in (match.groups() for match in map(REQUIREMENT.match, lines) if match):
        packages.setdefault(extra or NEEDED, []).append(name)
    return packages


def installed(package: str) -> str | None:
    """Its version; None if it is not there."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def packages() -> Finding:
    """Those that are needed."""
    versions = {name: installed(name) for name in listed().get(NEEDED, [])}
    if not versions:
        return Finding("packages", "not known, because the program was not installed as a package")
    lacking = [name for name, found in versions.items() if found is None]
    said = ", ".join(f"{name} {found}" for name, found in versions.items() if found)
    remedy = f"{', '.join(lacking)}: not installed; install mlpexp again" if lacking else ""
    return Finding("packages", said, remedy, is_broken=bool(lacking))


def extras() -> Iterator[Finding]:
    """Those that some commands use, each with what installs it."""
    for extra, names in listed().items():
        if extra == NEEDED:
            continue
        versions = {name: installed(name) for name in names}
        said = ", ".join(f"{name} {found}" for name, found in versions.items() if found)
        there = all(versions.values())
        yield Finding(f"extra {extra}", said if there else f"not installed; pip install 'mlpexp[{extra}]' adds it")
