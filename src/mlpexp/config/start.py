"""The ``start:`` section: what training begins with besides drawn weights, and which layers it leaves alone."""

from typing import Annotated

from pydantic import Field

from mlpexp.config.strict import ListOf, Seed, Strict


class Start(Strict):
    """Weights of another result, for the layers that have the same name and shape there; other layers are drawn."""

    result: str | None = Field(
        None, description="Folder of a run or sweep whose selected weights are taken; default: none.", min_length=1
    )
    arm: Annotated[int, Field(ge=0)] | None = Field(None, description="Number of its arm; default: the only one.")
    seed: Seed | None = Field(
        None, description="The seed whose weights all seeds begin with; default: each with those of its own number."
    )
    freeze: ListOf[str] = Field((), description="Layers that training leaves as they begin, by name.")
    sha256: str | None = Field(None, description="SHA-256 sum of the file of these weights; another file is refused.")
