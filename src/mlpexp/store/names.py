"""What a result is called by the name of its folder, ``<date>-<time>-<name>-<hash>``."""

import re

NAMED = re.compile(r"(?P<date>[^-]*)-(?P<time>[^-]*)-(?P<name>.+)-(?P<hash>[0-9a-f]{8})(?P<count>-[0-9]{1,9})?")


def names_of(folder: str) -> tuple[str, ...]:
    """Its name, of a sweep ``<name>-sweep`` the part before, too, and its hash; none of a folder with another name."""
    match = NAMED.fullmatch(folder)
    return tuple(dict.fromkeys((match["name"], match["name"].removesuffix("-sweep"), match["hash"]))) if match else ()


def shorter_names(folder: str) -> tuple[str, ...]:
    """Parts of the name of a folder that may be enough to find it, what says most first."""
    match = NAMED.fullmatch(folder)
    if match is None:
        return (folder,)
    name, time = match["name"], match["time"]
    return name, f"{name}-{match['hash']}", f"{time}-{name}", f"{match['date']}-{time}-{name}"
