"""What was varied, and which combinations were trained."""

import re
from collections.abc import Iterator, Mapping

from mlpexp.config.words import key_of
from mlpexp.report.sections.methods.names_of_axes import name_of_axis
from mlpexp.report.sections.methods.phrases import MOST_NAMED, beside, listed
from mlpexp.report.sections.methods.setup import Said, Setups, is_sampled
from mlpexp.store.summary import AxisSummary

SECTION = re.compile(r"\{(?:name|kind): (\w+), (.*)\}")
METHODS: Mapping[str, Said] = {
    "grid": Said("all combinations of these values", "为这些取值的全部组合"),
    "one_at_a_time": Said("one factor at a time, the others as in the base setting", "每次只改变一个因素，其余与基准设置相同"),
    "random": Said("drawn at random from these ranges", "从这些范围中随机抽取"),
    "sobol": Said("spread over these ranges by a Sobol sequence", "用 Sobol 序列从这些范围中选取"),
}  # fmt: skip


def factors(setups: Setups) -> Iterator[Said]:
    """The axes with their values, and how many settings of them there are."""
    summary = setups.summary
    if not setups.axes:
        return
    axes = listed([_axis(axis, setups) for axis in setups.axes])
    verb = "factor is" if len(setups.axes) == 1 else "factors are"
    yield Said(f"The varied {verb} {axes.english}.", f"{beside('比较的因素为', axes.chinese)}。")
    how = _how(setups)
    combined, combined_zh = (f", {how.english}", f"，{how.chinese}") if how else ("", "")
    number = f"{summary.num_arms:,}"
    if summary.num_arms > 1:
        yield Said(f"There are {number} settings{combined}.", f"共 {number} 种设置{combined_zh}。")


def _axis(axis: AxisSummary, setups: Setups) -> Said:
    """With its values, or the range that they were drawn from; where it is varied alone, its usual value, too."""
    drawn_from = _ranges(setups).get(axis.key, "")
    shown = [_with_meaning(_value(text), axis) for text in axis.values[:MOST_NAMED]]
    values, values_zh, rest = ", ".join(shown), "、".join(shown), len(axis.values) - MOST_NAMED
    more, more_zh = (f" and {rest} more", f" 等，另有 {rest} 个") if rest > 0 else ("", "")
    if drawn_from:
        values, values_zh, more, more_zh = drawn_from, drawn_from, "", ""
    if setups.summary.method == "one_at_a_time" and axis.base is not None:
        more, more_zh = f"{more}; base {axis.base}", f"{more_zh}；基准 {axis.base}"
    if axis.key == "model.hidden_sizes" and setups.summary.model.name == "mlp" and all(map(str.isdecimal, axis.values)):
        more, more_zh = f"{more}; one hidden layer", f"{more_zh}；一个隐藏层"
    return Said(f"{axis.label} ({values}{more})", f"{name_of_axis(axis.key)}（{values_zh}{more_zh}）")


def _ranges(setups: Setups) -> dict[str, str]:
    """What values were drawn from, by key; empty where none were."""
    section = setups.material.config.get("sweep")
    over = section.get("over") if isinstance(section, Mapping) and is_sampled(setups.summary) else None
    pairs = over.items() if isinstance(over, Mapping) else ()
    return {key_of(str(key)): value for key, value in pairs if isinstance(value, str)}


def _value(text: str) -> str:
    """``step [every 7]`` of ``{name: step, every: 7}``."""
    section = SECTION.fullmatch(text)
    return f"{section[1]} [{section[2].replace(': ', ' ')}]" if section else text


def _with_meaning(value: str, axis: AxisSummary) -> str:
    """``two 3x3 [c8@3 c8@3 p]`` of a value that has a name."""
    meaning = axis.meanings.get(value, "")
    return f"{value} [{meaning}]" if meaning else value


def _how(setups: Setups) -> Said | None:
    """By which rule values were combined; None of a single factor, each of whose values is a setting."""
    section = setups.material.config.get("sweep")
    sweep = section if isinstance(section, Mapping) else {}
    if sweep.get("arms"):
        return Said("chosen one by one", "逐一指定")
    if len(setups.axes) == 1 and not (is_sampled(setups.summary) or sweep.get("zip") or sweep.get("exclude")):
        return None
    how = METHODS.get(setups.summary.method, METHODS["grid"])
    if sweep.get("zip"):
        together = "; ".join(" with ".join(group) for group in sweep["zip"])
        together_zh = "；".join("、".join(group) for group in sweep["zip"])
        how = Said(
            f"{how.english}, of which some moved together ({together})",
            f"{how.chinese}，其中部分因素同步变化（{together_zh}）",
        )
    if excluded := sweep.get("exclude"):
        number = len(excluded)
        rules = "1 rule" if number == 1 else f"{number} rules"
        how = Said(
            f"{how.english}, but for combinations that {rules} left out",
            f"{how.chinese}，按 {number} 条规则排除了部分组合",
        )
    return how
