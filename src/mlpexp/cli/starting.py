"""Options that say with which weights a training begins, and which layers stay."""

from typing import Annotated

from mlpexp.cli.options import option

InitFrom = Annotated[
    str | None,
    option("--init-from", metavar="RESULT", help="Begin with the weights of a run or sweep, where layers agree."),
]
FromArm = Annotated[
    str | None,
    option("--from-arm", metavar="ARM", help="Of which arm of it [default: the best on validation data]."),
]
FromSeed = Annotated[
    str | None,
    option("--from-seed", metavar="SEED", help="All seeds begin with this one of it [default: each with its own]."),
]
Freeze = Annotated[
    str | None, option("--freeze", metavar="LAYERS", help="Layers that stay as they begin, such as conv1,conv2.")
]
