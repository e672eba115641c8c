"""A script as a page holds it: the same program in fewer bytes, and few enough."""

import shutil
import subprocess

import pytest

from making.page_networks import SCRIPTS as SOURCES
from mlpexp.report.writers.html import LIVE_SCRIPTS, SCRIPTS
from mlpexp.report.writers.minified import minified

PAIRS = [
    ("const a = 1; // one\n\n  const b = /* two */ 2;\n", "const a=1;const b=2;"),
    ("f('a // b',  \"c  /* d */\") ;", "f('a // b',\"c  /* d */\");"),
    ("const t = `x  // ${ `y  ${ {a: 1}.a }` } z`;", "const t=`x  // ${ `y  ${ {a: 1}.a }` } z`;"),
    ("a = b / c / d; s.replace(/[/ ]+ \\/ /g, '');", "a=b/c/d;s.replace(/[/ ]+ \\/ /g,'');"),
    ("const f = (x) => x + +y - -z;", "const f=x=>x+ +y- -z;"),
    ("const f = async (x) => ({ x, });", "const f=async(x)=>({x});"),
    ("return (x) => { y(x, 1); };", "return(x)=>{y(x,1);};"),
    ("if (a) { b = 1; } else { c = 2; }", "if(a){b=1}else{c=2}"),
    ("if (a) { for (;;) ; }", "if(a){for(;;);}"),
    ("let a = 1\nlet b = a\n;[b] = [a]", "let a=1\nlet b=a;[b]=[a]"),
    ("return .5 + a in b", "return .5+a in b"),
    ("a = b\n  ? c\n  : d;", "a=b?c:d;"),
    ("let quoted = \"it's\", other = 'a\\'  b';", "let quoted=\"it's\",other='a\\'  b';"),
]


@pytest.mark.parametrize(("source", "wanted"), PAIRS)
def test_blanks_that_mean_nothing_are_left_out(source: str, wanted: str) -> None:
    assert minified(source) == wanted
    assert minified(wanted) == wanted


@pytest.mark.parametrize("name", [*SCRIPTS, *LIVE_SCRIPTS])
def test_a_script_stays_a_program(name: str) -> None:
    source = (SOURCES / name).read_text(encoding="utf-8")
    short = minified(source)
    assert minified(short) == short
    assert len(short) < 0.9 * len(source)
    if shutil.which("node") is None:
        pytest.skip("needs Node")
    subprocess.run(["node", "--check", "-"], input=short, text=True, check=True, capture_output=True)


@pytest.mark.parametrize(("names", "most"), [(SCRIPTS, 20_000), (LIVE_SCRIPTS, 10_000)], ids=["page", "network"])
def test_scripts_are_small(names: tuple[str, ...], most: int) -> None:
    assert sum(len(minified((SOURCES / name).read_text(encoding="utf-8")).encode()) for name in names) <= most
