"""Formulas: read from Python, and said in plain text, MathML and LaTeX."""

from xml.etree import ElementTree

import pytest

from mlpexp.architectures.arithmetic import cost
from mlpexp.architectures.build import NATURAL_INPUT, NUM_CLASSES, build_architecture
from mlpexp.config.activations import KNOWN
from mlpexp.config.networks import Lenet5
from mlpexp.config.outputs import KNOWN_LOSSES
from mlpexp.report.document.formulas import Fraction, Name, Number, Scripted, Sign, Word, letters_of, terms
from mlpexp.report.document.python_formulas import equation_of, formula_of
from mlpexp.report.sections.arithmetic import LOSSES
from mlpexp.report.writers.latex_formulas import latex_math
from mlpexp.report.writers.mathml import mathml

NO_EXPRESSION = {"maxout", "table_sigmoid"}  # the one in words, the other of functions that are looked up


@pytest.mark.parametrize(
    ("expression", "text", "tex"),
    [
        ("1 / (1 + exp(-x))", "(1) / (1 + exp (− x))", r"\frac{1}{1 + \exp ( - x )}"),
        ("max(x, 0)", "max (x, 0)", r"\max ( x , 0 )"),
        ("(4 + 1)*16", "(4 + 1) · 16", r"( 4 + 1 ) \cdot 16"),
        ("2*(x - y)**2", "2 · (x − y)^2", r"2 \cdot ( x - y )^{2}"),
        (
            "x if x > 0 else alpha * x",
            "x if x > 0; α · x if otherwise",
            r"\begin{cases} x & \text{if } x > 0 \\ \alpha \cdot x & \text{otherwise} \end{cases}",
        ),
    ],
)
def test_an_expression_of_python_becomes_a_formula(expression: str, text: str, tex: str) -> None:
    formula = formula_of(expression)
    assert formula is not None
    assert letters_of(formula) == text
    assert latex_math(formula) == tex


def test_a_difference_keeps_its_brackets() -> None:
    formula = formula_of("a - (b - c)")
    assert formula is not None
    assert letters_of(formula) == "a − (b − c)"


@pytest.mark.parametrize("text", ["max(a_1, ..., a_k), each a_i affine", "x[0]", "lambda: 1", "1 +"])
def test_what_is_no_formula_is_none(text: str) -> None:
    assert formula_of(text) is None


@pytest.mark.parametrize("name", sorted(set(KNOWN) - {"maxout"}))
def test_every_activation_has_a_formula(name: str) -> None:
    formula = formula_of(KNOWN[name].formula)
    assert formula is not None
    assert ElementTree.fromstring(mathml(formula)).tag == "math"


def test_every_loss_has_a_formula() -> None:
    assert set(LOSSES) == set(KNOWN_LOSSES)
    for formula in LOSSES.values():
        assert letters_of(formula).startswith("L =")
        assert ElementTree.fromstring(mathml(formula, block=True)).get("display") == "block"


def test_the_arithmetic_of_a_network_is_written_out_and_adds_up() -> None:
    counted = cost(build_architecture(Lenet5(name="lenet5"), NATURAL_INPUT["lenet5"], NUM_CLASSES))
    formulas = [equation_of(each.formula) for each in counted.rows if each.formula]
    assert None not in formulas
    values = [formula.parts[-1].text for formula in formulas if formula is not None]  # type: ignore[union-attr]
    assert sum(int(value.replace(",", "")) for value in values) == counted.parameters


def test_limits_stand_below_a_sum_and_an_index_beside_a_letter() -> None:
    assert mathml(Scripted(Sign("∑"), below=Name("i"))) == "<math><munder><mo>∑</mo><mi>i</mi></munder></math>"
    assert mathml(Scripted(Name("z"), Name("i"), Number("2"))).startswith("<math><msubsup><mi>z</mi>")


def test_marks_are_escaped() -> None:
    assert mathml(Word("<b>&")) == "<math><mtext>&lt;b&gt;&amp;</mtext></math>"
    assert latex_math(Word("a_b%")) == r"\text{a\_b\%}"


def test_a_text_is_read_word_by_word() -> None:
    assert terms("E = 12").parts == (Name("E"), Sign("="), Number("12"))
    assert latex_math(Fraction(terms("1"), terms("2 n"))) == r"\frac{1}{2 n}"
