"""The question: what the config says of itself, and what was looked at."""

from collections.abc import Sequence

from mlpexp.config.scores import PARTS
from mlpexp.config.shipped import Header, example_names, example_path, header
from mlpexp.errors import MlpexpError
from mlpexp.planning.plan import make_plan
from mlpexp.report.document.blocks import Bullets, Code, Paragraph, Prose
from mlpexp.report.document.document import Section
from mlpexp.report.sections.material import Material
from mlpexp.report.sections.sentences import capital
from mlpexp.report.words import counted, span
from mlpexp.store.frames import Absent

MOST_VALUES = 20  # of an axis that are written out
OF_CONFIG = "of the config as it was written"


def question(material: Material) -> Section:
    """Description and first comment of the config; the data, the network and the number of trainings."""
    comment, of_which = _comment(material)
    remarks = list(comment.remarks)
    asked = comment.question or " ".join(remarks[:1])
    said = remarks if comment.question else remarks[1:]
    texts = dict.fromkeys((asked, str(material.config.get("description", ""))))
    blocks = [Paragraph((text,), important=True) for text in texts if text]
    blocks += [Paragraph((text,)) for text in said]
    blocks += [Paragraph((f"Expected {of_which}: {comment.expected}",))] if comment.expected else []
    return Section("question", "The question", [*blocks, Bullets(_looked_at(material))])


def _comment(material: Material) -> tuple[Header, str]:
    """The first comment of the config, and whose it is; where an older result has none, that of the example it is."""
    own = header(material.result.folder.config)
    if own.question or own.expected or own.remarks:
        return own, OF_CONFIG
    words = map(str, material.result.environment.get("command", []))
    names = [name for name in words if name in example_names() and _is_of(material, name)]
    return (header(example_path(names[0])), f"of the example {names[0]} as it is") if names else (own, OF_CONFIG)


def _is_of(material: Material, example: str) -> bool:
    """Whether the config is that of an example, in all that decides the numbers."""
    try:
        return (
            make_plan(example_path(example), (), material.result.summary.planned_by).hash
            == material.result.summary.hash
        )
    except MlpexpError:
        return False


def _looked_at(material: Material) -> list[Prose]:
    summary = material.result.summary
    items: list[Prose] = [(f"Data: {_data(material)}.",), (f"Network: {_network(material)}.",)]
    for axis in summary.axes:
        items.append((f"Varied: {axis.label} (", Code(axis.key), f"): {listed_values(axis.values)}."))
    return [*items, (_times(material),)]


def _data(material: Material) -> str:
    """``iris, 105 train, 45 test samples``, of a sweep over all its arms."""
    summary = material.result.summary
    sizes = {arm.prepared.sizes for arm in material.plan.arms} if summary.axes and material.plan else set()
    names = _of_axis(material, "dataset.name") or summary.dataset.title
    if len(sizes) < 2:
        return f"{names}, {summary.dataset.in_words()} samples"
    ends = {
        part: span(min(of_part), max(of_part), "{:,}")
        for part in PARTS
        if any(of_part := [getattr(size, part) for size in sizes])
    }
    return f"{names}, {', '.join(f'{words} {part}' for part, words in ends.items())} samples, by arm"


def _network(material: Material) -> str:
    """``mlp, 131 parameters``, of a sweep over all its arms."""
    summary = material.result.summary
    names = _of_axis(material, "model.name") or summary.model.name
    counts = _parameters(material)
    if not counts:
        return names
    by_arm = ", by arm" if min(counts) < max(counts) else ""
    return f"{names}, {span(min(counts), max(counts), '{:,}')} parameters{by_arm}"


def _parameters(material: Material) -> list[int]:
    """Of each arm; empty where it is not known any more."""
    summary = material.result.summary
    if not summary.axes:
        return [summary.model.parameters] if summary.model.parameters else []
    try:
        return [int(count) for count in material.result.arms["parameters"]]
    except (Absent, KeyError, ValueError):
        return []


def _of_axis(material: Material, key: str) -> str:
    """All values of an axis; empty where it is none."""
    section = key.partition(".")[0]
    return next((listed_values(axis.values) for axis in material.result.summary.axes if axis.key in (key, section)), "")


def _times(material: Material) -> str:
    """How many trainings there are, or will be."""
    summary = material.result.summary
    num_seeds, trained = len(summary.seeds), "trained" if material.has_ended else "to be trained"
    if summary.axes:
        each = f"{summary.num_arms:,} arms, each {trained} with {counted(num_seeds, 'seed')}"
        return f"{each}: {counted(summary.num_trials, 'training')}."
    times = "once" if num_seeds == 1 else f"{num_seeds} times, each time with another seed"
    return capital(f"{trained} {times}.")


def listed_values(values: Sequence[str]) -> str:
    """``2, 4, 8``; of very many the first."""
    more = f" and {len(values) - MOST_VALUES} more" if len(values) > MOST_VALUES else ""
    return ", ".join(values[:MOST_VALUES]) + more
