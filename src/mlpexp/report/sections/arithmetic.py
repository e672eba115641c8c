"""The arithmetic of the network: parameters and operations with the numbers put in, and its functions as formulas."""

from collections.abc import Sequence

from mlpexp.architectures.architecture import Architecture
from mlpexp.architectures.arithmetic import NetworkCost, cost
from mlpexp.architectures.layers import Activation
from mlpexp.config.activations import KNOWN
from mlpexp.planning.arms import Arm
from mlpexp.report.document.blocks import Block, Equation, Paragraph, Prose, TableBlock
from mlpexp.report.document.document import Section
from mlpexp.report.document.formulas import Formula, Fraction, Name, Scripted, Sign, Terms, Word, terms
from mlpexp.report.document.python_formulas import equation_of, formula_of
from mlpexp.report.sections.material import Material
from mlpexp.report.tables.comparison_table import shown_label
from mlpexp.report.tables.costs import cost_table
from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.words import binary_bytes

TITLE = "Parameters and formulas"
MOST_NETWORKS = 60  # that have a row
SAMPLE, CLASS, COUNT = Name("i"), Name("k"), Name("n")
OUTPUT, TARGET, LOGIT = Name("y"), Name("t"), Name("z")


def _sum(over: Formula, of: Formula) -> Terms:
    return Terms((Scripted(Sign("∑"), below=over), of))


def _at(of: Formula, *indices: Formula) -> Scripted:
    return Scripted(of, below=Terms(indices) if len(indices) > 1 else indices[0])


Y, T, Z = (_at(of, SAMPLE, CLASS) for of in (OUTPUT, TARGET, LOGIT))  # of each sample and class
PAIRS = terms("i , k")
SQUARED = Scripted(terms("(", Y, "−", T, ")"), above=terms("2"))
MEAN = Fraction(terms("1"), COUNT)
OF_TRUE = terms("exp (", _at(LOGIT, SAMPLE, _at(TARGET, SAMPLE)), ")")
LOSSES: dict[str, Formula] = {
    "cross_entropy": terms(
        "L = −", MEAN, _sum(SAMPLE, terms("log", Fraction(OF_TRUE, _sum(CLASS, terms("exp (", Z, ")")))))
    ),
    "mean_squared_error": terms("L =", Fraction(terms("1"), terms("n K")), _sum(PAIRS, SQUARED)),
    "softmax_squared_error": terms("L =", Fraction(terms("1"), terms("2 n")), _sum(PAIRS, SQUARED)),
    "half_sum_squared_error": terms("L =", Fraction(terms("1"), terms("2 n")), _sum(PAIRS, SQUARED)),
    "sum_squared_error": terms("L =", MEAN, _sum(PAIRS, SQUARED)),
    "binary_cross_entropy": terms(
        "L = −", MEAN, _sum(PAIRS, terms("(", T, "log", Y, "+ ( 1 −", T, ") log ( 1 −", Y, ") )"))
    ),
}

OF_SAMPLE: Prose = ("Here ", COUNT, " is the number of samples in a batch, and ", SAMPLE, " is one of them. ")
OF_OUTPUTS: Prose = ("An output is ", OUTPUT, ", its target ", TARGET, "; ", CLASS, " counts the outputs of a sample")
LETTERS: dict[str, Prose] = {
    **dict.fromkeys(LOSSES, (*OF_SAMPLE, *OF_OUTPUTS, ".")),
    "cross_entropy": (
        *OF_SAMPLE, "Before the softmax, an output is ", LOGIT, "; ", CLASS, " is a class, and ", TARGET, " the true class.",
    ),
    "mean_squared_error": (*OF_SAMPLE, *OF_OUTPUTS, ", which are ", Name("K"), "."),
}  # fmt: skip


def arithmetic(material: Material) -> Section:
    """Of the network, of a sweep that of its best arm, with a row for each other one; or why it is not known any more."""
    if material.plan is None:
        return Section("arithmetic", TITLE, [Paragraph((f"These cannot be shown: {material.why_no_plan}.",))])
    networks = _networks(material.plan.arms)
    if len(networks) == 1:
        counted = cost(networks[0][0].prepared.architecture, str(material.config.get("name", "")) or None)
        blocks: list[Block] = [TableBlock("layers", cost_table(counted))]
    else:
        outcome = material.result.summary.outcome
        which, number = ("first", 0) if outcome is None or outcome.best is None else ("best", outcome.best)
        arm = material.plan.arms[number]
        counted = cost(arm.prepared.architecture, shown_label(arm.label))
        said = f"The arms have {len(networks):,} different networks. Layer by layer, this is that of the {which} arm:"
        blocks = [
            TableBlock("networks", _compared(networks)),
            Paragraph((said,)),
            TableBlock("layers", cost_table(counted)),
        ]
    experiments = [arm.experiment for arm in material.plan.arms]
    losses = dict.fromkeys(experiment.loss for experiment in experiments if experiment.loss)
    said_of = [block for name in losses for block in _loss(name)]
    architectures = [arms[0].prepared.architecture for arms in networks]
    return Section("arithmetic", TITLE, [*blocks, *_counts(counted), *_functions(architectures), *said_of])


def _networks(arms: Sequence[Arm]) -> list[list[Arm]]:
    """The arms by their network, in their order."""
    networks: dict[tuple[object, ...], list[Arm]] = {}
    for arm in arms:
        networks.setdefault(_computes(arm.prepared.architecture), []).append(arm)
    return list(networks.values())


def _computes(architecture: Architecture) -> tuple[object, ...]:
    """What tells networks apart: their layers, whatever they begin with."""
    functions = (repr(layer.spec) for layer in architecture.layers if isinstance(layer.spec, Activation))
    return cost(architecture, "").rows, *functions


def _compared(networks: Sequence[Sequence[Arm]]) -> TextTable:
    """A row for each network: what it costs."""
    columns = ("arms", "parameters", "MACs", "float32")
    rows = []
    for arms in networks[:MOST_NETWORKS]:
        counted = cost(arms[0].prepared.architecture, "")
        more = f" and {len(arms) - 1:,} more" if len(arms) > 1 else ""
        size = binary_bytes(counted.float32_bytes)
        rows.append((f"{shown_label(arms[0].label)}{more}", f"{counted.parameters:,}", f"{counted.macs:,}", size))
    cut = f": the first {MOST_NETWORKS} of {len(networks):,}" if len(networks) > MOST_NETWORKS else ""
    return TextTable(columns, rows, frozenset(columns) - {"arms"}, title=f"The networks of the arms{cut}")


def _counts(counted: NetworkCost) -> list[Block]:
    """How the number of parameters of each layer comes about."""
    pairs = [(each.layer, equation_of(each.formula)) for each in counted.rows if each.formula]
    known = [Equation(terms(Word(f"{layer}:"), formula)) for layer, formula in pairs if formula]
    return [Paragraph(("Parameters, layer by layer:",)), *known] if known else []


def _functions(architectures: Sequence[Architecture]) -> list[Block]:
    """Each activation once."""
    layers = [layer.spec for architecture in architectures for layer in architecture.layers]
    blocks: list[Block] = []
    for name in dict.fromkeys(spec.function.name for spec in layers if isinstance(spec, Activation)):
        formula = formula_of(KNOWN[name].formula) if name in KNOWN else None
        if formula:
            blocks += [Paragraph((f"Activation {name}:",)), Equation(terms("f ( x ) =", formula))]
    return blocks


def _loss(name: str) -> list[Block]:
    """A loss, and what its letters are."""
    if name not in LOSSES:
        return []
    return [Paragraph((f"Loss {name}:",)), Equation(LOSSES[name]), Paragraph(LETTERS[name])]
