"""The frame of a page that opens from disk: its head, and a policy that lets it show itself and nothing else."""

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path

from mlpexp.report.writers.shown_words import shown

HERE = Path(__file__).parent


def page(
    title: str,
    body: str,
    made_by: str,
    *,
    language: str = "en",
    scripts: Sequence[str] = (),
    again_after: int | None = None,
) -> str:
    """The whole file; equal contents give equal bytes.

    Args:
        title: As text.
        body: As HTML.
        made_by: By what, and of what, as text: by this a page is known again.
        language: Of the words.
        scripts: Which the page runs, in their order.
        again_after: Seconds until the browser loads it again; None: it does not.
    """
    style = asset("page.css")
    refresh = "" if again_after is None else f'<meta http-equiv="refresh" content="{again_after}">\n'
    return f"""<!DOCTYPE html>
<html lang="{words(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_policy(style, scripts)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="{words(made_by)}">
<meta name="color-scheme" content="light dark">
{refresh}<title>{words(title)}</title>
<style>{style}</style>
</head>
<body>
{body}{"".join(f"<script>{script}</script>" for script in scripts)}</body>
</html>
"""


def words(text: str) -> str:
    """A text in HTML: marks escaped, control characters and those that turn the direction of writing made visible."""
    return escape(shown(text))


@cache
def asset(name: str) -> str:
    """A file beside this module, as text."""
    return (HERE / name).read_text(encoding="utf-8").strip()


def _policy(style: str, scripts: Sequence[str]) -> str:
    """What the page may do: show itself, and run its own scripts, each known by its hash."""
    hashes = " ".join(map(_hash, scripts)) or "'none'"
    sources = {"default-src": "'none'", "style-src": _hash(style), "script-src": hashes, "img-src": "data:"}
    rules = [*(f"{kind} {source}" for kind, source in sources.items()), "base-uri 'none'", "form-action 'none'"]
    return "; ".join(rules)


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
