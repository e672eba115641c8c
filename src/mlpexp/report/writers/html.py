"""A report as one HTML file that opens from disk: nothing from outside, all words escaped, complete without scripts."""

import json
from collections.abc import Sequence
from functools import cache

from mlpexp.report.document.blocks import (
    Block,
    Bullets,
    Code,
    CodeBlock,
    Equation,
    FigureBlock,
    Inline,
    Link,
    LiveNetwork,
    Paragraph,
    Prose,
    TableBlock,
)
from mlpexp.report.document.document import Document, Section
from mlpexp.report.writers.figure_table import about_numbers, figure_table
from mlpexp.report.writers.html_table import html_table
from mlpexp.report.writers.live_markup import live_markup
from mlpexp.report.writers.marker import MADE_BY
from mlpexp.report.writers.mathml import mathml
from mlpexp.report.writers.minified import minified
from mlpexp.report.writers.page import asset, page, words
from mlpexp.report.writers.page_room import fitted, lacking
from mlpexp.report.writers.plots import colours_are_values
from mlpexp.report.writers.shown_words import shown
from mlpexp.report.writers.svg import svg

# Files of ``scripts/``, in the order in which they run; the page is complete without.
SCRIPTS: tuple[str, ...] = ("search.js", "tables.js", "figures.js")
LIVE_SCRIPTS: tuple[str, ...] = ("network.js", "framing.js", "live.js")  # of a page with a network


def html(document: Document) -> str:
    """The page; equal documents give equal bytes. What it has no room for is left out, which is said in its place."""
    whole = _page_of(document)
    over = lacking(document, whole)
    return whole if over is None else _page_of(fitted(document, over, _block))


def _page_of(document: Document) -> str:
    names = (*SCRIPTS, *LIVE_SCRIPTS) if _has_network(document.sections) else SCRIPTS
    body = "".join(_section(section, (), 2) for section in document.sections)
    lead = "".join(_block(block, ()) for block in document.lead)
    content = f"""<a class="skip" href="#content">Skip to the content</a>
<header><h1>{words(document.title)}</h1>{lead}</header>
{_contents(document.sections)}<main id="content" tabindex="-1">
{body}</main>
<footer><p>Made by <code>mlpexp report</code>. Numbers come from the files of the result, samples from its data.</p></footer>
"""
    made_by = f"{MADE_BY} {document.source}"
    return page(document.title, content, made_by, language=document.language, scripts=list(map(_script, names)))


@cache
def _script(name: str) -> str:
    """As a page holds it."""
    return minified(asset(f"scripts/{name}"))


def _has_network(sections: Sequence[Section]) -> bool:
    return any(
        any(isinstance(block, LiveNetwork) for block in section.blocks) or _has_network(section.sections)
        for section in sections
    )


def _contents(sections: Sequence[Section]) -> str:
    """Links to the sections, where there are several."""
    items = "".join(f'<li><a href="#{words(section.name)}">{words(section.title)}</a></li>' for section in sections)
    return f'<nav aria-label="Contents"><ul>{items}</ul></nav>\n' if len(sections) > 1 else ""


def _section(section: Section, around: tuple[str, ...], level: int) -> str:
    path = (*around, section.name)
    name, tag = words("-".join(path)), f"h{min(level, 6)}"
    blocks = "".join(_block(block, path) for block in section.blocks)
    inner = "".join(_section(each, path, level + 1) for each in section.sections)
    heading = f'<{tag} id="{name}-title">{words(section.title)}</{tag}>'
    return f'<section id="{name}" aria-labelledby="{name}-title">{heading}\n{blocks}{inner}</section>\n'


def _block(block: Block, path: tuple[str, ...]) -> str:
    match block:
        case Paragraph(said, important, language):
            kind = ' class="important"' if important else ""
            kind += f' lang="{words(language)}"' if language else ""
            return f"<p{kind}>{_inline(said)}</p>\n"
        case Bullets(items):
            return f"<ul>{''.join(f'<li>{_inline(item)}</li>' for item in items)}</ul>\n" if items else ""
        case CodeBlock(text, language):
            label = "command" if language == "sh" else language or "text"
            lines = "\n".join(map(words, text.rstrip("\n").split("\n")))
            return f'<pre tabindex="0" role="group" aria-label="{words(label)}"><code>{lines}</code></pre>\n'
        case Equation(formula):
            return f"<p>{mathml(formula, block=True)}</p>\n"
        case TableBlock():
            return html_table(block.table, _name(path, block.name), block.links, "searched" if block.searched else "")
        case FigureBlock():
            return _figure(block, _name(path, block.name))
        case LiveNetwork():
            return _live(block, _name(path, block.name))


def _name(path: tuple[str, ...], name: str) -> str:
    """An ``id`` of its own: letters, digits and dashes."""
    safe = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "_-") else "-" for letter in name)
    return "-".join((*path, safe))


def _inline(said: Prose) -> str:
    return "".join(map(_piece, said))


def _piece(piece: Inline) -> str:
    match piece:
        case str():
            return words(piece)
        case Code(text):
            return f"<code>{words(text)}</code>"
        case Link(text, target):
            return f'<a href="{words(target)}">{words(text)}</a>'
        case _:
            return mathml(piece)


def _figure(block: FigureBlock, name: str) -> str:
    """The drawing, its caption, and its numbers to be opened."""
    drawing = svg(block.drawing.figure, name, shown(block.caption), shown(block.alternative))
    kind = "figure picture" if block.is_picture or colours_are_values(block.drawing.figure) else "figure"
    if block.has_numbers:
        table = html_table(figure_table(block.drawing.numbers, block.name), f"{name}-numbers")
        about = "".join(f"<p>{words(sentence)}</p>" for sentence in about_numbers(block.drawing))
        numbers = f"<details><summary>The numbers of this figure</summary>{table}{about}</details>"
    else:
        numbers = f"<p>This page has no room for the numbers of this figure. {_inline(block.elsewhere)}</p>"
    return (
        f'<figure id="{name}" class="{kind}"><div class="drawing">{drawing}</div>'
        f"<figcaption>{words(block.caption)}</figcaption>"
        f"{numbers}</figure>\n"
    )


def _live(block: LiveNetwork, name: str) -> str:
    """What a script makes a widget of; its data are no script, and in them no mark ends them."""
    told = json.dumps(block.told, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    return (
        f'<figure id="{name}" class="live"><noscript><p>{words(block.without)}</p></noscript><div></div>'
        f"<figcaption>{words(block.caption)}</figcaption>{live_markup(block.told)}"
        f'<script type="application/json">{told}</script></figure>\n'
    )
