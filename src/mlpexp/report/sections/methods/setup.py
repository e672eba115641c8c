"""What the paragraph is made of: the settings of a result, each with its resolved config, and a sentence in two languages."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpexp.config.facts import Task
from mlpexp.config.image_sets import IMAGE_SETS
from mlpexp.config.scores import PARTS, Part
from mlpexp.report.sections.material import Material
from mlpexp.store.frames import Absent, complete_table
from mlpexp.store.summary import Summary

if TYPE_CHECKING:
    from mlpexp.planning.columns_table import DroppedRows
    from mlpexp.planning.prepare import Prepared


class Said(NamedTuple):
    """The same in English and in Chinese."""

    english: str
    """A sentence or a part of one."""
    chinese: str
    """The same."""


@dataclass(frozen=True)
class Column:
    """A column of the user's table that networks learn from."""

    name: str
    """As in the table."""
    is_category: bool
    """Whether its cells are levels of a category."""
    missing: int
    """Cells without a value."""


@dataclass(frozen=True)
class Setup:
    """One setting of the axes; what the axes vary is not told with it, but with them."""

    config: Mapping[str, Any]
    """Resolved; an older one may lack keys."""
    varied: Sequence[str]
    """The keys of the axes."""
    summary: Summary
    """Of the result."""
    columns: Sequence[Column]
    """Of the user's table; empty of other data, and where arms learn from different tables."""
    prepared: "Prepared | None"
    """With sizes and network; None where the plan cannot be made again."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Of each axis that it has, by key, as text."""

    def at(self, key: str) -> Any:
        """The value of a dotted key; None where there is none, or where an axis varies it."""
        return None if any(_is_within(key, axis) for axis in self.varied) else self.even_varied(key)

    def even_varied(self, key: str) -> Any:
        """The value of a dotted key in this setting; None where there is none, or where it is not known which it has."""
        if self.prepared is None and any(_is_within(key, axis) for axis in self.varied):
            return None
        value: Any = self.config
        for name in key.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        return value

    def varies(self, *sections: str) -> bool:
        """Whether an axis varies something in one of these keys or sections, or a whole that they are in."""
        return any(
            _is_within(axis, section) or _is_within(section, axis) for axis in self.varied for section in sections
        )

    def name_at(self, key: str) -> str:
        """The name of a section such as ``model.init``, or the word that it is; empty where there is none."""
        return name_of(self.at(key))

    @property
    def model(self) -> str:
        """The name of the network, varied or not; empty where it is not known."""
        return str(self.even_varied("model.name") or "")

    @property
    def is_map(self) -> bool:
        """Whether it is a self-organizing map, and no network."""
        return self.model == "som"

    @property
    def is_own_images(self) -> bool:
        """Whether the data are pictures of the user's own."""
        return bool(self.even_varied("dataset.name") == "images")

    @property
    def is_image_set(self) -> bool:
        """Whether the data are pictures that come with a test part."""
        return self.even_varied("dataset.name") in IMAGE_SETS

    @property
    def split_kind(self) -> str:
        """By which rule samples become parts."""
        split = self.even_varied("dataset.split")
        return str(split.get("kind")) if isinstance(split, Mapping) else str(split or "random")

    @property
    def task(self) -> Task:
        """Of the data."""
        return self.prepared.facts.task if self.prepared else self.summary.dataset.task

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Of a sample."""
        return self.prepared.facts.input_shape if self.prepared else self.summary.dataset.input_shape

    @property
    def num_classes(self) -> int:
        """0 where numbers are predicted."""
        if self.prepared is None:
            return len(self.summary.dataset.class_names)
        return self.prepared.facts.num_outputs if self.task == "classification" else 0

    @property
    def num_parameters(self) -> int | None:
        """Of the network; None where it is not known."""
        if self.prepared:
            return self.prepared.architecture.num_parameters
        return None if self.varies("model", "dataset", "loss") else self.summary.model.parameters

    @property
    def parts(self) -> list[Part]:
        """The parts of the data that have samples."""
        return [part for part in PARTS if self.bounds(part)[1]]

    def bounds(self, part: Part) -> tuple[int, int]:
        """The fewest and most samples that a part has with a seed."""
        data = self.summary.dataset
        if self.prepared and self.varies("dataset"):
            return (getattr(self.prepared.sizes, part),) * 2
        return (data.ranges or {}).get(part, (data.samples(part),) * 2)

    @property
    def dropped(self) -> "DroppedRows | None":
        """Rows of the user's table that lack cells; None of other data, or where the plan cannot be made again."""
        from mlpexp.planning.columns_table import dropped_rows

        return dropped_rows(self.prepared.experiment.dataset) if self.prepared else None

    @property
    def has_one_batch(self) -> bool:
        """Whether each step takes all samples."""
        size = self.even_varied("training.batch_size")
        return size == "full" or (isinstance(size, int) and size >= max(1, self.bounds("train")[1]))


Fact = Callable[[Setup], Said | None]


class Setups:
    """The settings of a result."""

    def __init__(self, material: Material) -> None:
        self.material, self.summary = material, material.result.summary
        self.axes = [axis for axis in self.summary.axes if is_sampled(self.summary) or len(set(axis.values)) > 1]
        """Those that vary something: a confirmation has axes of one value."""
        self.varied = [axis.key for axis in self.axes]

    @cached_property
    def all(self) -> Sequence[Setup]:
        """One for each arm; one for all where the plan cannot be made again."""
        plan, columns = self.material.plan, self._columns
        if plan is None:
            varied = [*self.varied, *self.summary.also_varies]
            return [Setup(self.material.config, varied, self.summary, columns, None)]
        texts = {axis.key: axis.text for axis in plan.axes}
        return [
            Setup(
                arm.experiment.model_dump(mode="json"),
                self.varied,
                self.summary,
                columns,
                arm.prepared,
                {key: texts[key](value) for key, value in arm.settings.items() if key in texts},
            )
            for arm in plan.arms
        ]

    @property
    def _columns(self) -> Sequence[Column]:
        try:
            table = complete_table(self.material.result.path / "columns.csv")
        except (Absent, ValueError):
            return ()
        rows = table[table["role"] == "input"]
        if table["arm"].nunique() > 1:
            return ()
        triples = zip(rows["column"], rows["kind"], rows["missing"], strict=True)
        return [Column(str(name), kind == "category", int(missing)) for name, kind, missing in triples]


def is_sampled(summary: Summary) -> bool:
    """Whether axes are ranges of which values were drawn."""
    return summary.method in ("random", "sobol")


def name_of(value: Any) -> str:
    """The name of a section, or the word that it is."""
    name = value.get("name") if isinstance(value, Mapping) else value
    return str(name) if name else ""


def said_of(facts: Sequence[Fact], setup: Setup) -> Iterator[Said]:
    """What each fact says of a setting, where it says something."""
    return (said for fact in facts if (said := fact(setup)))


def _is_within(key: str, section: str) -> bool:
    return key == section or key.startswith(f"{section}.")
