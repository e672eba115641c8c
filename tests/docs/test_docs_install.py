"""What the pages say of installing is what `pyproject.toml` says."""

import re
import tomllib

from making.configs import ROOT
from making.markdown_pages import PAGES

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PROJECT["dependency-groups"]
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


def name_of(requirement: str) -> str:
    return re.split(r"[^\w-]", requirement)[0]


def test_extras_in_the_pages_are_those_of_the_project() -> None:
    named = set(re.findall(r"mlpexp\[(\w+)\]", TEXT)) | set(re.findall(r"--extra (\w+)", TEXT))
    assert named == set(PROJECT["project"]["optional-dependencies"])


def test_groups_in_the_pages_are_those_of_the_project() -> None:
    assert set(re.findall(r"--group (\w+)", TEXT)) <= set(GROUPS)


def test_what_an_extra_needs_is_tested_with_the_same_lowest_version() -> None:
    """Parquet alone is installed for its tests only, so that others see what is said without it."""
    extras = {needed for extra in PROJECT["project"]["optional-dependencies"].values() for needed in extra}
    tools = {tool.partition(";")[0] for group in GROUPS.values() for tool in group}
    assert {name_of(needed) for needed in extras - tools} == {"pyarrow"}


def test_uv_run_brings_users_only_what_the_test_command_needs() -> None:
    assert PROJECT["tool"]["uv"]["default-groups"] == ["test"]
    brought = {name_of(tool) for tool in GROUPS["test"]}
    assert brought <= {"pytest", "pytest-xdist", "hypothesis", "openpyxl", "minisom", "hatchling", "jsonschema"}


def test_no_place_to_download_from_is_named() -> None:
    for text in (TEXT, (ROOT / "pyproject.toml").read_text(), (ROOT / ".ci" / "run").read_text()):
        assert not re.findall(r"\S*(?:[p]ypi|whl|index-url|find-links)\S*", text)
