"""How large the scripts of a page are."""

from pathlib import Path

import pytest

from making.browsing import RUN, Call
from making.html_pages import Page
from making.trained_results import Make

MOST_BYTES = 20_000  # of all scripts but those of the trained network


@pytest.mark.usefixtures("lazy_disk")
def test_all_scripts_but_the_network_are_small(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    assert mlpexp("report", trained(RUN).folder.path, "-o", file, "--no-network", "--no-explain").code == 0
    scripts = Page(file.read_text(encoding="utf-8")).all("script")
    assert len(scripts) == 3
    assert 1000 < sum(len(script.text.encode()) for script in scripts) <= MOST_BYTES
