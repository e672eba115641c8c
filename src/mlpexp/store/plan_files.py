"""``plan.json``, what was planned, and ``stacks.json``, how it was cut into stacks and what those took."""

from typing import Any, Literal

from pydantic import SerializerFunctionWrapHandler, model_serializer

from mlpexp.config.strict import Strict


class PlannedArm(Strict):
    """An arm: its label, what it computes (arms of equal identity are trained once), and of which data."""

    label: str
    identity: str
    data: str


Weights = Literal["none", "best", "all"]


class Recording(Strict):
    """What is written of each trial; the same for all stacks of a plan."""

    arm_column: bool
    """Whether tables tell arms apart: a plan without axes has one arm."""
    scores: tuple[str, ...]
    """Columns of ``metrics.csv``, of all arms together."""
    weights: Weights
    """Of the selected epoch (``best``), of the last one too (``all``), or none."""
    history: int
    """Of so many epochs, evenly spread."""
    state: bool
    """Whether what the optimizer remembers at the end is kept."""
    tables: tuple[str, ...]
    """Of ``evaluation/``, those written while training."""
    whole: bool
    """Whether predictions are of all parts, else of the last one only."""
    first_seed: int
    """Of whose trials there are histograms and boundaries."""
    class_outputs: bool = False
    """Whether tables have a column for outputs of classes: some arm has outputs that are no probabilities."""

    @model_serializer(mode="wrap")
    def _as_ever(self, handler: SerializerFunctionWrapHandler) -> Any:
        """Without what is not there in most results, and in none from before."""
        data = handler(self)
        if not self.class_outputs:
            del data["class_outputs"]
        return data

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that name a trial."""
        return ("arm", "seed") if self.arm_column else ("seed",)


class PlanRecord(Strict):
    """What was planned: equal plans give equal bytes on any machine."""

    format: Literal[2] = 2
    planned_by: Literal["train", "sweep"]
    arms: tuple[PlannedArm, ...]
    seeds: tuple[int, ...]
    kept: Recording

    def trained_as(self, arm: int) -> int:
        """The first arm that computes the same."""
        identity = self.arms[arm].identity
        return next(number for number, planned in enumerate(self.arms) if planned.identity == identity)


class StackRecord(Strict):
    """A stack: its trials (arm, seed), and, once trained, what it took."""

    part: str
    """What it left in ``parts/``: ``stack-3``, or ``stack-3.0`` if there was memory for half of it only."""
    program: int
    """Which file of weights its trials are in."""
    threads: int
    """CPU threads it is trained with."""
    trials: tuple[tuple[int, int], ...]
    device: str = ""
    """Before it is trained ``cpu`` or ``cuda``; then with the name of the card."""
    arithmetic: str = ""
    """Of a card: how it multiplies, and by which libraries."""
    engine: str = ""
    capability: str = ""
    """The instructions of the CPU that torch uses, such as ``AVX2``."""
    steps: int = 0
    """Updates; 0 before it is trained."""
    train_seconds: float = 0.0
    evaluation_seconds: float = 0.0


class StacksRecord(Strict):
    """All stacks of a result."""

    stacks: tuple[StackRecord, ...]

    @property
    def train_seconds(self) -> float:
        """Inside the steps, over all stacks."""
        return sum(stack.train_seconds for stack in self.stacks)

    @property
    def evaluation_seconds(self) -> float:
        """In evaluations, over all stacks."""
        return sum(stack.evaluation_seconds for stack in self.stacks)

    def of(self, what: Literal["device", "arithmetic", "engine", "capability"]) -> list[str]:
        """What stacks were trained with, each once."""
        return sorted({getattr(stack, what) for stack in self.stacks} - {""})

    @property
    def steps(self) -> int:
        """Updates of all stacks."""
        return sum(stack.steps for stack in self.stacks)
