"""The house rules that a reader cannot see at one place: which part may know which."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Each part, and the parts it may import. Torch is known to `learn` alone, matplotlib to one renderer and figures.
PLAIN = {
    "viz.errors",
    "viz.words",
    "viz.timeline",
    "viz.ease",
    "viz.theme",
    "viz.marks",
    "viz.space",
    "viz.frame",
    "viz.glyphs",
}
PLAIN |= {"viz.store", "viz.versions", "viz.scenefile", "viz.cache"}
LAYERS = {
    "plain": PLAIN,
    "recording": PLAIN | {"viz.recording"},
    "measure": PLAIN | {"viz.recording", "viz.measure"},
    "learn": PLAIN | {"viz.recording", "viz.measure", "viz.learn"},
    "draw": PLAIN | {"viz.recording", "viz.measure", "viz.draw"},
    "scenes": PLAIN | {"viz.recording", "viz.measure", "viz.draw", "viz.learn", "scenes"},
    "render": PLAIN | {"viz.render", "viz.animation"},
    "export": PLAIN | {"viz.export"},
}
HEAVY = {
    "torch": {"learn"},
    "matplotlib": {"render", "export"},
    "sklearn": {"learn"},
    "pytorch_optimizer": {"learn"},
    "manim": {"render", "manim"},
    "av": {"export", "cli"},
    "imageio": {"export", "animation"},
    "click": {"cli"},
    "rich": {"cli"},
}


def part(module: str) -> str:
    top, _, rest = module.partition(".")
    if top == "scenes":
        return "scenes"
    name = rest.partition(".")[0]
    return "plain" if f"viz.{name}" in PLAIN else name or "viz"


def imports(path: Path) -> list[tuple[str, int]]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [(f"{node.module}.{alias.name}", node.lineno) for alias in node.names]
    return found


def modules() -> list[tuple[str, Path]]:
    paths = [*ROOT.glob("viz/**/*.py"), *ROOT.glob("scenes/*.py")]
    return [(".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), p) for p in sorted(paths)]


def test_imports_point_one_way() -> None:
    wrong = []
    for module, path in modules():
        allowed = LAYERS.get(part(module))
        if allowed is None:
            continue
        for name, line in imports(path):
            if name.split(".")[0] not in ("viz", "scenes") or name in ("viz.glyphs", "scenes"):
                continue
            if not any(name == a or name.startswith(a + ".") for a in allowed) and not (
                name.rpartition(".")[0] == "viz" and name in allowed
            ):
                wrong.append(f"{path.relative_to(ROOT)}:{line}: {module} imports {name}")
    # A process that draws must make its own animation again; that import happens there alone.
    assert [w for w in wrong if "viz/render/parallel.py" not in w] == []


@pytest.mark.parametrize("library", HEAVY)
def test_each_library_is_known_to_few(library: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for module, path in modules()
        for name, line in imports(path)
        if name.split(".")[0] == library and part(module) not in HEAVY[library]
    ]
    allowed = {"matplotlib": ("viz/animation.py",)}.get(library, ())  # names for type checkers only
    assert [w for w in wrong if not w.startswith(allowed or ("\0",))] == []


def test_the_package_is_light() -> None:
    code = """
import sys, viz
import viz.animation
from viz import scenefile
[scenefile.load(name) for name in scenefile.names()]
heavy = {"torch", "matplotlib", "manim", "sklearn", "scipy", "av", "imageio", "pandas"}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_public_names_are_there_and_described() -> None:
    import viz

    for name in viz.__all__:
        assert getattr(viz, name).__doc__, name
    with pytest.raises(AttributeError, match="scene"):
        viz.nothing  # noqa: B018


def test_public_functions_and_classes_have_docstrings() -> None:
    bare = []
    for _, path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or node.col_offset:
                continue
            overload = any(ast.unparse(d) == "overload" for d in node.decorator_list)
            if not node.name.startswith("_") and not overload and not ast.get_docstring(node):
                bare.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert bare == []
