"""Formulas out of Python expressions, as the tables of activations and layers write them."""

import ast

from mlpexp.report.document.formulas import Cases, Formula, Fraction, Name, Number, Scripted, Sign, Terms, Word, terms

SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "−", ast.Mult: "·", ast.Gt: ">", ast.Lt: "<", ast.GtE: "≥", ast.LtE: "≤", ast.USub: "−",
}  # fmt: skip
STRENGTH: dict[type[ast.AST], int] = {ast.Add: 1, ast.Sub: 1, ast.Mult: 2, ast.Div: 2, ast.USub: 3, ast.Pow: 4}
GREEK = {"alpha": "α", "Phi": "Φ", "phi": "φ"}


def formula_of(expression: str) -> Formula | None:
    """The formula of an expression such as ``1 / (1 + exp(-x))``; None where it is none, or none that is known here."""
    try:
        return _formula(ast.parse(expression, mode="eval").body)
    except (SyntaxError, KeyError, ValueError):
        return None


def _formula(node: ast.expr) -> Formula:
    match node:
        case ast.Name(name):
            return _variable(name)
        case ast.Constant(value) if isinstance(value, int | float):
            return Number(f"{value:,}" if isinstance(value, int) else f"{value:g}")
        case ast.UnaryOp(operator, operand):
            return Terms((Sign(SIGNS[type(operator)]), _within(operand, operator)))
        case ast.BinOp(over, ast.Div(), under):
            return Fraction(_formula(over), _formula(under))
        case ast.BinOp(base, ast.Pow(), exponent):
            return Scripted(_within(base, ast.Pow()), above=_formula(exponent))
        case ast.BinOp(left, operator, right):
            return Terms((_within(left, operator), Sign(SIGNS[type(operator)]), _within(right, operator, behind=True)))
        case ast.Compare():
            signs = [Sign(SIGNS[type(operator)]) for operator in node.ops]
            pairs = zip(signs, map(_formula, node.comparators), strict=True)
            return Terms((_formula(node.left), *(part for pair in pairs for part in pair)))
        case ast.IfExp(condition, value, other):
            return Cases(((_formula(value), _formula(condition)), (_formula(other), Word("otherwise"))))
        case ast.Call(ast.Name(function), arguments):
            return Terms((_variable(function), _bracketed([_formula(argument) for argument in arguments])))
    raise ValueError(ast.dump(node))


def _variable(name: str) -> Formula:
    if name in GREEK:
        return Name(GREEK[name])
    return Name(name) if len(name) == 1 else Word(name.replace("_", " "))


def _bracketed(formulas: list[Formula]) -> Formula:
    parts: list[Formula] = [Sign("(")]
    for place, formula in enumerate(formulas):
        parts += [*([Sign(",")] if place else []), formula]
    return Terms((*parts, Sign(")")))


def _within(node: ast.expr, operator: ast.AST, *, behind: bool = False) -> Formula:
    """An operand, in brackets where it needs them; ``behind`` the operator it needs them more often."""
    inner = node.op if isinstance(node, ast.BinOp | ast.UnaryOp) else None
    least = STRENGTH[type(operator)] + (behind and isinstance(operator, ast.Sub))
    is_weak = inner is not None and STRENGTH.get(type(inner), 0) < least
    if is_weak or isinstance(node, ast.IfExp):
        return _bracketed([_formula(node)])
    return _formula(node)


def equation_of(text: str) -> Formula | None:
    """The formula of ``(4 + 1)*16 = 80``: what is left of the last ``=``, and what it makes; None where it is none."""
    expression, equals, value = text.rpartition(" = ")
    formula = formula_of(expression) if equals else None
    return None if formula is None else terms(formula, Sign("="), Number(value))
