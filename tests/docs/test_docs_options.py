"""Every command and every option of ``mlpexp`` is documented, and none that does not exist."""

import re

import pytest
import typer

from making.markdown_pages import PAGES, heading, prose_of, section_of
from mlpexp.cli.main import app

PROGRAM = typer.main.get_command(app)
COMMANDS = PROGRAM.commands
OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z0-9-]*")


def section_about(command: str) -> str:
    """The text of the sections whose heading names a command."""
    titles = {
        (page, found[1])
        for page in PAGES
        for _, line in prose_of(page)
        if (found := heading(line)) and re.search(rf"`mlpexp {command}`", found[1])
    }
    return "\n".join(section_of(page, title) for page, title in titles)


def options_of(name: str) -> set[str]:
    parameters = COMMANDS[name].params
    return {option for one in parameters for option in (*one.opts, *one.secondary_opts) if option.startswith("-")}


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_option_is_in_the_section_of_its_command(name: str) -> None:
    text = section_about(name)
    assert text, f"no heading names `mlpexp {name}`"
    documented = set(OPTION.findall(text))
    assert options_of(name) <= documented, options_of(name) - documented


@pytest.mark.parametrize("name", list(COMMANDS))
def test_no_option_is_documented_that_does_not_exist(name: str) -> None:
    rows = [line for line in section_about(name).splitlines() if line.startswith("| `")]
    documented = {option for row in rows for option in OPTION.findall(row.split("|")[1])}
    assert documented <= options_of(name), documented - options_of(name)


@pytest.mark.parametrize("name", list(COMMANDS))
def test_arguments_are_documented(name: str) -> None:
    text = section_about(name)
    for one in COMMANDS[name].params:
        if one.param_type_name == "argument":
            assert str(one.name).upper() in text, one.name


def test_the_options_of_the_program_are_documented() -> None:
    text = "\n".join(line for page in PAGES for _, line in prose_of(page))
    for parameter in PROGRAM.params:
        for option in parameter.opts:
            assert option in text, option
