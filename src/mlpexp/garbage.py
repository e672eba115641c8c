"""How often Python looks for garbage among objects that refer to each other.

While libraries load, hundreds of thousands of objects are made that all stay. To look through them again and again takes
about a tenth of the time, and finds nothing.
"""

import gc

USUAL = gc.get_threshold()
RARELY = 20_000  # new objects; usual are 700 to 2,000


def look_rarely() -> None:
    """While a command loads what it needs."""
    gc.set_threshold(RARELY)


def look_as_usual() -> None:
    """Before training, where each forgotten tensor counts; what others have set stays."""
    if gc.get_threshold()[0] == RARELY:
        gc.set_threshold(*USUAL)
