"""The trained network itself, to be asked: by a drawing, a point, a row of the table, and over the epochs."""

from collections.abc import Mapping
from json import dumps
from typing import Any

from mlpexp.report.document.blocks import LiveNetwork, Paragraph
from mlpexp.report.document.document import Section
from mlpexp.report.drawing.style import class_style
from mlpexp.report.sections.material import Material

WITHOUT = "The page computes with the network itself where scripts are on; all else is complete without."


def live(material: Material) -> Section | None:
    """The network, or why there is none; None where nothing is said of it."""
    told = material.network
    if isinstance(told, str):
        blocks = [Paragraph((f"There is no network to try in this page: {told}.",))]
        return Section("live", TITLE, blocks) if told else None
    dumps(told, allow_nan=False)  # what no page can hold costs this section alone
    return Section("live", TITLE, [LiveNetwork("network", _caption(told), WITHOUT, _coloured(told))])


TITLE = "Try the network"


def _coloured(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """With a colour for each class of a plane, as in the figures."""
    widget = told["widget"]
    if not widget.get("plane"):
        return told
    colours = [class_style(number)[0] for number, _ in enumerate(told["output"]["classes"])]
    return {**told, "widget": {**widget, "plane": {**widget["plane"], "colours": colours}}}


def _caption(told: Mapping[str, Any]) -> str:
    """Which network, which samples, which epochs."""
    arm = f"arm {told['arm']}, " if told["arm"] else ""
    said = [f"The network of {arm}seed {told['seed']}, with the weights of epoch {told['epoch']}, in single precision"]
    said.append(f"It starts from {told['samples_are']}")
    count, known = len(told["epochs"]), told["num_epochs_kept"]
    if known > count:
        said.append(f"Of {known} epochs whose weights were kept, the page has room for {count}")
    elif not known:
        said.append("With keep: {history: 30} in the config, the page goes through the epochs, too")
    if told["widget"]["kind"] == "ink":
        said.append("Ink is cut out, scaled and put into the middle as the data set has it")
    return ". ".join(said) + "."
