"""Every sentence exists in both languages, says the same things, and can be drawn."""

from __future__ import annotations

import ast
import importlib
import string
from pathlib import Path

import pytest

from viz import glyphs, scenefile, words
from viz.errors import UsageError
from viz.words import Sentence

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted([*ROOT.glob("viz/**/*.py"), *ROOT.glob("scenes/*.py")])
ERRORS = {"VizError", "UsageError", "MissingError"}


def fields(template: str) -> set[str]:
    return {name.split(".")[0].split("[")[0] for _, name, _, _ in string.Formatter().parse(template) if name}


def has_chinese(text: str) -> bool:
    return any("\u4e00" <= c <= "\u9fff" for c in text)


def all_sentences() -> dict[str, Sentence]:
    found = dict(words.catalog())
    for path in sorted(ROOT.glob("scenes/*.py")):
        name = path.stem.replace("_", "-")
        module = importlib.import_module(f"scenes.{path.stem}")
        for key, value in vars(module).items():
            if isinstance(value, Sentence):
                found[f"{name}:{key}"] = value
            if isinstance(value, dict):
                found.update({f"{name}:{key}.{k}": v for k, v in value.items() if isinstance(v, Sentence)})
        for option in scenefile.load(name).options if name in scenefile.names() else ():
            found[f"{name}:{option.flag}"] = option.help
    return found


SENTENCES = all_sentences()


def test_both_languages_fill_the_same_fields() -> None:
    for key, both in SENTENCES.items():
        assert fields(both.en) == fields(both.zh), key


def test_no_language_is_missing() -> None:
    for key, both in SENTENCES.items():
        assert both.en == "" or not has_chinese(both.en), key
        assert (both.en.strip() == "") == (both.zh.strip() == ""), key
        spelled = "".join(c for c in both.en if c.isalpha())
        if len(spelled) > 12 and " " in both.en.strip():
            assert has_chinese(both.zh), key


def test_every_sentence_can_be_drawn() -> None:
    for key, both in SENTENCES.items():
        for text in (both.en, both.zh):
            try:
                glyphs.check(text)
            except UsageError as error:
                pytest.fail(f"{key}: {error}")


def test_every_key_that_the_code_uses_exists() -> None:
    known = words.catalog()
    missing = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = ast.unparse(node.func).rpartition(".")[2]
            first = node.args[0]
            if (
                (
                    name in ERRORS | {"say", "sentence"}
                    and isinstance(first, ast.Constant)
                    and isinstance(first.value, str)
                )
                and "." in first.value
                and first.value not in known
            ):
                missing.append(f"{path.relative_to(ROOT)}:{node.lineno}: {first.value}")
    assert missing == []


def test_every_error_gets_the_values_its_sentence_asks_for() -> None:
    known = words.catalog()
    wrong = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            if ast.unparse(node.func).rpartition(".")[2] not in ERRORS or node.args[0].value not in known:
                continue
            if any(keyword.arg is None for keyword in node.keywords):
                continue  # values spread from a mapping
            given = {keyword.arg for keyword in node.keywords}
            asked = fields(known[node.args[0].value].en)
            if asked - given:
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}: {node.args[0].value} lacks {asked - given}")
    assert wrong == []


def test_the_language_of_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("VIZ_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)
    assert words.language() == "en"
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert words.language() == "zh"
    monkeypatch.setenv("VIZ_LANG", "en")
    assert words.language() == "en"


def test_sentences_fill_and_join() -> None:
    inner = Sentence("one", "一")
    both = Sentence("{a} and {b}", "{a}和{b}").format(a=inner, b=2)
    assert (both.en, both.zh) == ("one and 2", "一和2")
    assert (inner + Sentence("!", "！")).zh == "一！"
