"""The arithmetic of the network: parameters and operations with the numbers put in, and its functions as formulas."""

from mlpexp.architectures.architecture import Architecture
from mlpexp.architectures.arithmetic import NetworkCost, cost
from mlpexp.architectures.layers import Activation
from mlpexp.config.activations import KNOWN
from mlpexp.report.document.blocks import Block, Equation, Paragraph, TableBlock
from mlpexp.report.document.document import Section
from mlpexp.report.document.formulas import Formula, Fraction, Name, Scripted, Sign, Terms, Word, terms
from mlpexp.report.document.python_formulas import equation_of, formula_of
from mlpexp.report.sections.material import Material
from mlpexp.report.tables.costs import cost_table

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
# y: outputs, t: targets, z: values before the softmax, n: samples of a batch, K: outputs of a sample.
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


def arithmetic(material: Material) -> Section | None:
    """Of the network, of a sweep that of its config; None where it is not known any more."""
    if material.plan is None:
        return None
    architecture = material.plan.base.architecture
    counted = cost(architecture, str(material.config.get("name", "")) or None)
    blocks: list[Block] = [TableBlock("layers", cost_table(counted)), *_counts(counted)]
    return Section("arithmetic", "Parameters and formulas", [*blocks, *_functions(architecture), *_loss(material)])


def _counts(counted: NetworkCost) -> list[Block]:
    """How the number of parameters of each layer comes about."""
    pairs = [(each.layer, equation_of(each.formula)) for each in counted.rows if each.formula]
    known = [Equation(terms(Word(f"{layer}:"), formula)) for layer, formula in pairs if formula]
    return [Paragraph(("Parameters, layer by layer:",)), *known] if known else []


def _functions(architecture: Architecture) -> list[Block]:
    """Each activation once."""
    names = dict.fromkeys(
        layer.spec.function.name for layer in architecture.layers if isinstance(layer.spec, Activation)
    )
    blocks: list[Block] = []
    for name in names:
        formula = formula_of(KNOWN[name].formula) if name in KNOWN else None
        if formula:
            blocks += [Paragraph((f"Activation {name}:",)), Equation(terms("f ( x ) =", formula))]
    return blocks


def _loss(material: Material) -> list[Block]:
    name = material.plan.base.experiment.loss if material.plan else None
    return [Paragraph((f"Loss {name}:",)), Equation(LOSSES[name])] if name in LOSSES else []
