"""How shells ask for completion and how they are answered: bash, zsh, fish and PowerShell.

typer writes the scripts that ask (``mlpexp --install-completion``). Those of bash, zsh and fish are replaced by the ones here,
which let no blank follow ``KEY=``, answer from the first time on, and ask once. What a script hands over is the line as
it was typed, with quotes and backslashes; each shell wants candidates back in its own form.
"""

import os
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from mlpexp.cli.parser.completers import Candidate
from mlpexp.cli.parser.completion import candidates
from mlpexp.errors import InputError

BREAKS = re.compile("[=:]+")  # where bash breaks words, besides at blanks
WORDS = re.compile(r"""(?:[^\s'"\\]|\\.|'[^']*(?:'|$)|"(?:[^"\\]|\\.)*(?:"|$)|\\$)+""", re.DOTALL)
PIECES = re.compile(r"""'([^']*)('|$)|"((?:[^"\\]|\\.)*)("|$)|\\(.?)|([^'"\\]+)""", re.DOTALL)
GOES_ON = ("=", "/", ",")  # nothing is finished behind these: no blank follows

BASH = r"""
%(complete_func)s() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        COMPREPLY+=( "$line" )
    done < <( IFS=$'\n'; env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD="$COMP_CWORD" \
              %(autocomplete_var)s=complete_bash "$1" 2>/dev/null )
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=/,] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}

complete -o default -F %(complete_func)s %(prog_name)s
"""
ZSH = """
#compdef %(prog_name)s

%(complete_func)s() {
    eval "$(env _TYPER_COMPLETE_ARGS="${words[1,$CURRENT]}" %(autocomplete_var)s=complete_zsh %(prog_name)s 2>/dev/null)"
}

if [[ $funcstack[1] == _%(prog_name)s ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""
FISH = """
function %(complete_func)s
    set -l offered (env %(autocomplete_var)s=complete_fish _TYPER_COMPLETE_FISH_ACTION=get-args \\
        _TYPER_COMPLETE_ARGS=(commandline -cp | string collect) %(prog_name)s 2>/dev/null)
    if test (count $offered) -gt 0
        string join \\n -- $offered
    else
        __fish_complete_path (commandline -ct)
    end
end

complete --command %(prog_name)s --no-files --arguments "(%(complete_func)s)"
"""


def answer(program: Any, shell: str) -> str:
    """What is printed for the shell that asks; what goes wrong offers nothing, as a message would spoil the line."""
    try:
        return SHELLS[shell](program)
    except Exception:
        if os.environ.get("MLPEXP_DEBUG") == "1":
            raise
        return ""


def use_own_scripts(option: str) -> None:
    """Lets typer install the scripts above in place of its own; where it keeps none under this name, its own remain.

    Args:
        option: What was asked for, ``--install-completion`` or ``--show-completion``.

    Raises:
        InputError: The program was not started from one of these shells.
    """
    import typer._completion_shared as shared
    from shellingham import ShellDetectionFailure, detect_shell

    getattr(shared, "_completion_scripts", {}).update({"bash": BASH, "zsh": ZSH, "fish": FISH})
    try:
        shell, _ = detect_shell()
    except ShellDetectionFailure:
        shell = "the program that started this one"
    if shell not in SHELLS:
        raise InputError(f"{option}: {shell} is not known; there is completion for {', '.join(SHELLS)}")


def unquoted(text: str) -> tuple[str, str]:
    """A word without its quotes and backslashes, and the quote that is still open at its end."""
    word, quote = "", ""
    for piece in PIECES.finditer(text):
        single, single_end, double, double_end, escaped, plain = piece.groups()
        if single is not None:
            word, quote = word + single, "" if single_end else "'"
        elif double is not None:
            word, quote = word + re.sub(r"\\([\"\\$`])", r"\1", double), "" if double_end else '"'
        else:
            word, quote = word + (escaped or plain or ""), ""
    return word, quote


def quoted(text: str, quote: str) -> str:
    """A word as it is typed behind an open quote, or without one."""
    if quote == "'":
        return text.replace("'", "'\\''")
    if quote == '"':
        return re.sub(r'(["\\$`])', r"\\\1", text)
    return re.sub(r"([^\w@%+=:,./\-])", r"\\\1", text)


def split_line(line: str) -> list[str]:
    """The words of a line with their quotes, the last of them empty after a blank."""
    words = WORDS.findall(line)
    return words if words and line.endswith(words[-1]) else [*words, ""]


def _bash(program: Any) -> str:
    """Bash hands over words broken at ``=`` and ``:``, and replaces the last piece alone."""
    pieces = os.environ["COMP_WORDS"].split("\n")[1 : int(os.environ["COMP_CWORD"]) + 1]
    words: list[str] = []
    fixed, joined = "", False
    for i, piece in enumerate(pieces):
        is_break, is_last = bool(BREAKS.fullmatch(piece)), i == len(pieces) - 1
        if words and (is_break or (joined and piece)):
            fixed = words[-1] + piece * is_break
            words[-1] += piece
        else:
            words.append(piece)
            fixed = ""
        joined = is_break and not is_last
    *before, last = words or [""]
    begun, quote = unquoted(last)
    kept = len(unquoted(fixed)[0])
    offered = candidates(program, [unquoted(word)[0] for word in before], begun)
    return _lines(quoted(value[kept:], quote) for value, _ in offered)


def _asked() -> tuple[list[str], str]:
    """The words of the line before the last, and the last, without quotes."""
    *before, last = split_line(os.environ.get("_TYPER_COMPLETE_ARGS", ""))[1:] or [""]
    return [unquoted(word)[0] for word in before], unquoted(last)[0]


def _zsh(program: Any) -> str:
    """Zsh evaluates what is printed; what is no letter or digit is written as a number."""
    offered = candidates(program, *_asked())
    if not offered:
        return "_files\n"
    finished = [candidate for candidate in offered if not candidate[0].endswith(GOES_ON)]
    going_on = [candidate for candidate in offered if candidate[0].endswith(GOES_ON)]
    calls = [_described(finished, ""), _described(going_on, "-S ''")]
    return " ; ".join(["local -a values shown", *(call for call in calls if call)]) + "\n"


def _described(offered: Sequence[Candidate], options: str) -> str:
    """A call of ``compadd``, which offers values, each beside what it means."""
    if not offered:
        return ""
    widest = max(len(value) for value, _ in offered)
    values = " ".join(_in_zsh(value) for value, _ in offered)
    shown = " ".join(_in_zsh(f"{value:{widest}}  {text}".rstrip()) for value, text in offered)
    in_rows = "-l " * any(text for _, text in offered)
    return f"values=( {values} ) ; shown=( {shown} ) ; compadd {in_rows}{options} -V mlpexp -d shown -a values"


def _in_zsh(text: str) -> str:
    return "$'" + re.sub(r"[^\w.:/=,-]", lambda found: f"\\u{ord(found[0]):04x}", text, flags=re.ASCII) + "'"


def _fish(program: Any) -> str:
    offered = candidates(program, *_asked())
    if (
        os.environ.get("_TYPER_COMPLETE_FISH_ACTION") == "is-args"
    ):  # the script of typer asks first whether there is any
        raise SystemExit(0 if offered else 1)
    return _lines(f"{value}\t{' '.join(text.split())}" if text else value for value, text in offered)


def _power_shell(program: Any) -> str:
    words, last = _asked()
    begun = os.environ.get("_TYPER_COMPLETE_WORD_TO_COMPLETE", "")
    before = words if begun or not last else [*words, last]
    offered = candidates(program, before, begun)
    return _lines(f"{_in_power_shell(value)}:::{text or ' '}" for value, text in offered)


def _in_power_shell(value: str) -> str:
    """A word of PowerShell."""
    return value if re.fullmatch(r"[\w./=:\\-]+", value) else "'" + value.replace("'", "''") + "'"


def _lines(texts: Iterable[str]) -> str:
    return "".join(f"{text}\n" for text in texts)


SHELLS: dict[str, Callable[[Any], str]] = {
    "bash": _bash, "zsh": _zsh, "fish": _fish, "powershell": _power_shell, "pwsh": _power_shell,
}  # fmt: skip
