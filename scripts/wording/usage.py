"""What is wrong with a command line, in Japanese: by the class of the error and the names that it carries.

The framework's own sentences are English. Where neither class nor text is known, a sentence says that much, and never
half in English; whoever runs the command is shown its help in any case.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

_VALUES: Final = (
    (re.compile(r"valid (?:integer|number)"), "数を指定してください"),
    (re.compile(r"greater than or equal to (-?\d+)"), "{0} 以上を指定してください"),
    (re.compile(r"less than or equal to (-?\d+)"), "{0} 以下を指定してください"),
    (re.compile(r"(?:Input should be|is not one of) ('.+')\.?$"), "{0} のいずれかを指定してください"),
)
_TEXTS: Final = (
    (
        re.compile(r"No such command '(.*?)'\.?(?: Did you mean (.+)\?)?$"),
        "コマンド {0} はありません",
        "{1} でしょうか",
    ),
    (re.compile(r"Missing command"), "コマンドの指定がありません", ""),
    (re.compile(r"Got unexpected extra arguments? ?\(?s?\)? ?\((.*)\)$"), "引数が余っています（{0}）", ""),
)


def in_japanese(error: Exception) -> str:
    """Say what is wrong, without the full stop."""
    return _SENTENCES.get(type(error).__name__, _by_text)(error)


def _no_option(error: Any) -> str:
    said = f"オプション {error.option_name} はありません"
    return f"{said}。{'、'.join(error.possibilities)} でしょうか" if error.possibilities else said


def _option_misused(error: Any) -> str:
    takes = "does not take a value" not in error.message
    return f"オプション {error.option_name} には値{'が必要です' if takes else 'を付けられません'}"


def _missing(error: Any) -> str:
    kind = "オプション" if error.param is not None and error.param.param_type_name == "option" else "引数"
    return f"{kind} {_of(error)} がありません"


def _bad_value(error: Any) -> str:
    said = f"{_of(error)} の値が正しくありません"
    for pattern, sentence in _VALUES:
        if found := pattern.search(error.message):
            return f"{said}。{sentence.format(*_plain(found))}"
    return said


def _of(error: Any) -> str:
    told = error.param_hint or (error.param.get_error_hint() if error.param is not None else "")
    names = told if isinstance(told, str) else " / ".join(told)
    return names.replace("'", "") or "引数"


def _by_text(error: Any) -> str:
    for pattern, sentence, hint in _TEXTS:
        if found := pattern.match(error.message):
            values = _plain(found)
            return sentence.format(*values) + (f"。{hint.format(*values)}" if len(values) > 1 else "")
    return "このようには実行できません"


def _plain(found: re.Match[str]) -> list[str]:
    return [each.replace("'", "").replace(", ", "、").rstrip(".") for each in found.groups() if each is not None]


def _repeated(error: Any) -> str:
    return f"オプション {error.option_name} が二回以上指定されています。指定できる値は一つです"


_SENTENCES: Final[Mapping[str, Callable[[Any], str]]] = {
    "NoSuchOption": _no_option,
    "BadOptionUsage": _option_misused,
    "MissingParameter": _missing,
    "RepeatedOptionError": _repeated,
    "BadParameter": _bad_value,
}
