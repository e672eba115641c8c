"""``docs/scores.md`` says of every score what the table of scores says."""

from making.markdown_pages import DOCS, code, tables_under
from mlpexp.config.scores import SCORES, Score

OF = {"networks": "networks", "classification": "classes", "regression": "numbers", "maps": "maps"}


def row_of(score: Score) -> dict[str, str]:
    return {
        "score": f"`{score.name}`",
        "of": OF[score.measured_of],
        "best": f"{score.best:g}" if score.higher_is_better else "lowest",
        "asked for": "always" if score.gathered == "always" else "by name",
        "is": score.definition,
    }


def test_the_table_of_scores() -> None:
    (table,) = tables_under(DOCS / "scores.md", "All scores")
    documented = {code(row["score"])[0]: row for row in table.rows}
    assert list(documented) == ["loss", "accuracy", "r2", *(name for name in SCORES if name not in ALWAYS), *MAPS]
    for score in SCORES.values():
        assert documented[score.name] == row_of(score)


ALWAYS = {name for name, score in SCORES.items() if score.gathered == "always"}
MAPS = [name for name, score in SCORES.items() if score.measured_of == "maps"]
