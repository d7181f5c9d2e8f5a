"""`network-warp --model`: a file's model with its weights, run when that was said, and nothing else run."""

from __future__ import annotations

import json
import pickle
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

import viz
from viz.cli import main
from viz.errors import UsageError, VizError, VizWarning
from viz.learn.modelfile import load_model, load_points
from viz.words import set_language

NET = """
import torch
from torch import nn
from beside import WIDTH

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.act = nn.Linear(2, WIDTH), nn.Tanh()
        self.head = nn.Linear(WIDTH, 1)

    def forward(self, x):
        return self.head(self.act(self.first(x)))

def build():
    return Net().eval()

def sized(width, *, depth):
    return Net()

def breaks():
    raise ValueError("no\\nluck")

def number():
    return 3

class Wrong(Net):
    def forward(self, x):
        raise RuntimeError("out of cheese")

class Nan(Net):
    def forward(self, x):
        return super().forward(x) * float("nan")

three = nn.Sequential(nn.Linear(3, 1))
ready = nn.Sequential(nn.Linear(2, 2), nn.Tanh())
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with models, a module beside it, weights, and points."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(NET, encoding="utf-8")
    (tmp_path / "beside.py").write_text("WIDTH = 2\n", encoding="utf-8")
    rng = np.random.default_rng(0)
    rows = [f"{a:.4f},{b:.4f},{'same' if a * b > 0 else 'other'}" for a, b in rng.normal(size=(30, 2))]
    (tmp_path / "points.csv").write_text("\n".join(["u,v,sign", *rows]) + "\n", encoding="utf-8")
    monkeypatch.delitem(sys.modules, "beside", raising=False)
    return tmp_path


def weights() -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(4)
    shapes = {"first.weight": (2, 2), "first.bias": (2,), "head.weight": (1, 2), "head.bias": (1,)}
    return {name: torch.randn(shape, generator=generator) for name, shape in shapes.items()}


def loaded(spec: str, path: str | None = None) -> torch.nn.Module:
    with pytest.warns(VizWarning, match=r"Running the code in .*net\.py"):
        return load_model(spec, path)


# --- models and weights ---------------------------------------------------------------------------------------


def test_a_function_makes_the_model_and_the_file_leaves_nothing_behind() -> None:
    path, torch_state = list(sys.path), torch.get_rng_state()
    numpy_state = str(np.random.get_state())
    one, two = loaded("net.py:build"), loaded("net.py:build")
    assert type(one).__name__ == "Net" and not one.training
    assert sys.path == path and torch.equal(torch.get_rng_state(), torch_state)
    assert str(np.random.get_state()) == numpy_state
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
    assert type(loaded("net.py:Net")).__name__ == "Net"  # a class, and a module that is there, will do as well
    assert type(loaded("net.py:ready")).__name__ == "Sequential"


def test_weights_come_from_either_kind_of_file(folder: Path) -> None:
    state = weights()
    save_file(state, folder / "run.safetensors")
    torch.save(state, folder / "run.pt")
    (folder / "odd.bin").write_bytes((folder / "run.safetensors").read_bytes())
    for name in ("run.safetensors", "run.pt", "odd.bin"):
        model = loaded("net.py:build", name)
        assert all(torch.equal(model.state_dict()[key], value) for key, value in state.items())


class Evil:
    """What runs code when it is unpickled."""

    def __reduce__(self) -> Any:
        return (Path.touch, (Path("ran"),))


def test_weights_never_run_code(folder: Path) -> None:
    torch.save({"first.weight": Evil()}, folder / "evil.pt")
    (folder / "plain.pkl").write_bytes(pickle.dumps(Evil()))
    for name in ("evil.pt", "plain.pkl"):
        with pytest.raises(UsageError, match="cannot be read as weights"):
            load_model("net.py:build", name)
    assert not (folder / "ran").exists()


def test_bad_weights_are_found_before_code_runs(folder: Path) -> None:
    (folder / "net.py").write_text("open('ran', 'w')\n", encoding="utf-8")
    with warnings.catch_warnings(), pytest.raises(UsageError, match="no file"):
        warnings.simplefilter("error")
        load_model("net.py:build", "absent.safetensors")
    assert not (folder / "ran").exists()


def _changed(**values: torch.Tensor | None) -> dict[str, torch.Tensor]:
    state: dict[str, Any] = weights()
    for key, value in values.items():
        name = key.replace("__", ".")
        state.pop(name, None)
        if value is not None:
            state[name] = value
    return state


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (_changed(head__bias=None), "no weights for 'head.bias' (1 missing"),
        (_changed(head__bias=None, haed__bias=torch.zeros(1)), "but 'haed.bias'"),
        (_changed(more=torch.zeros(1)), "holds 'more'"),
        (_changed(head__weight=torch.zeros(1, 3)), "'head.weight' has shape (1, 3)"),
    ],
)
def test_weights_that_do_not_fit_name_the_first(state: dict[str, torch.Tensor], said: str, folder: Path) -> None:
    save_file(state, folder / "run.safetensors")
    with pytest.warns(VizWarning), pytest.raises(UsageError) as caught:
        load_model("net.py:build", "run.safetensors")
    assert said in str(caught.value) and "\n" not in str(caught.value)


# --- points ---------------------------------------------------------------------------------------------------


def test_points_stand_as_in_the_file(folder: Path) -> None:
    X, y, names = load_points("points.csv")
    assert y is not None and names is not None
    rows = [line.split(",") for line in (folder / "points.csv").read_text().splitlines()[1:]]
    assert np.array_equal(X, [[float(a), float(b)] for a, b, _ in rows])
    assert names == ("other", "same")
    assert [names[k] for k in y] == [c for _, _, c in rows]
    (folder / "bare.csv").write_text("1,2\n3,4\n5,7\n")
    X, y, names = load_points("bare.csv")
    assert X.tolist() == [[1, 2], [3, 4], [5, 7]] and y is None and names is None
    (folder / "number.csv").write_text("1,2,0.5\n3,4,1.5\n5,7,2.25\n")
    with pytest.raises(UsageError, match="last column"):
        load_points("number.csv")


# --- the command ----------------------------------------------------------------------------------------------


def test_the_command_renders_the_model(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = weights()
    save_file(state, folder / "run.safetensors")
    line = "render network-warp --model net.py:build --weights run.safetensors --data points.csv --size 160x90 --fps 1"
    assert main([*line.split(), "-o", "out.gif"]) == 0
    told = capsys.readouterr()
    assert told.err.count("Running the code in net.py to make the model (build).") == 1
    meta = json.loads((folder / "out.gif.json").read_text(encoding="utf-8"))
    assert meta["scene"] == "network-warp" and meta["options"]["model"] == "net.py:build"
    assert [c["name"] for c in meta["chapters"]] == ["data", "first Linear", "act Tanh", "line"]
    assert meta["numbers"]["spaces"][1]["matrix"] == pytest.approx(state["first.weight"].double().numpy())


def test_nothing_is_kept_so_the_file_runs_each_time(folder: Path) -> None:
    options = {"model": "net.py:build", "data": "points.csv"}
    for width in (2, 5):
        (folder / "beside.py").write_text(f"WIDTH = {width}\n", encoding="utf-8")
        sys.modules.pop("beside", None)
        with pytest.warns(VizWarning):
            spaces = viz.scene("network-warp", **options).data.passage.spaces
        assert spaces[1].width == width


BAD: list[tuple[str, int, str, str]] = [
    ("--model nte.py:build", 2, "'net.py' beside it", "同一文件夹中有 'net.py'"),
    ("--model net.py", 2, "as in net.py:build", "例如 net.py:build"),
    ("--model points.csv:build", 2, "as in net.py:build", "例如 net.py:build"),
    ("--model net.py:biuld", 2, "Did you mean 'build'", "'build'"),
    ("--model net.py:sized", 2, "needs arguments (width, depth)", "需要参数（width, depth）"),
    ("--model net.py:number", 2, "gives a int", "给出 int"),
    ("--model net.py:breaks", 1, "ValueError at line 22: no luck", "第 22 行引发 ValueError：no luck"),
    ("--model net.py:Wrong", 1, "RuntimeError in output (Wrong)", "RuntimeError：out of cheese"),
    ("--model net.py:Nan", 2, "gives NaN or infinity for data row 1", "第 1 行数据"),
    ("--model net.py:three", 2, "wants (N, 3) but gets (N, 2)", "需要 (N, 3)"),
    ("--model broken.py:build", 1, "broken.py cannot be run, line 2: SyntaxError", "第 2 行：SyntaxError"),
    ("--model raises.py:build", 1, "line 1: ZeroDivisionError", "第 1 行：ZeroDivisionError"),
    ("--model quits.py:build", 1, "line 2: SystemExit: 3", "第 2 行：SystemExit：3"),
    ("--model net.py:build --weights run.st", 2, "no file run.st", "找不到文件 run.st"),
    ("--model net.py:build --weights points.csv", 2, "cannot be read as weights", "读作权重"),
    ("--model net.py:build --steps 3", 2, "--steps says how to train", "--steps 用于训练"),
]


@pytest.mark.parametrize(("options", "code", "en", "zh"), BAD, ids=[b[0] for b in BAD])
def test_what_goes_wrong_is_one_line(
    options: str, code: int, en: str, zh: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "broken.py").write_text("x = 1\nif x = 2:\n    pass\n", encoding="utf-8")
    (folder / "raises.py").write_text("1 / 0\n", encoding="utf-8")
    (folder / "quits.py").write_text("import sys\nsys.exit(3)\n", encoding="utf-8")
    for lang, said in (("en", en), ("zh", zh)):
        given = ["render", "network-warp", *options.split(), "--data", "points.csv", "--lang", lang, "-o", "out.gif"]
        assert main(given) == code
        lines = [line for line in capsys.readouterr().err.splitlines() if "net.py to make" not in line]
        lines = [line for line in lines if ".py" not in line or "正在运行" not in line]
        lines = [line for line in lines if "Running the code" not in line]
        assert len(lines) == 1 and said in lines[0], lines
    set_language(None)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--data points.csv", "--data belongs to --model"),
        ("--weights run.st", "--weights belongs to --model"),
        ("--model net.py:build", "--model needs --data"),
    ],
)
def test_options_that_belong_together(options: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", "network-warp", *options.split(), "-o", "out.gif"]) == 2
    assert said in capsys.readouterr().err


def test_a_traceback_only_with_debug(capsys: pytest.CaptureFixture[str]) -> None:
    line = ["render", "network-warp", "--model", "net.py:breaks", "--data", "points.csv", "-o", "out.gif"]
    assert main(line) == 1
    assert "Traceback" not in capsys.readouterr().err
    with pytest.warns(VizWarning):
        assert main([*line, "--debug"]) == 1
    told = capsys.readouterr().err
    assert "Traceback" in told and 'raise ValueError("no\\nluck")' in told


def test_its_own_errors_keep_their_cause() -> None:
    with pytest.warns(VizWarning), pytest.raises(VizError) as caught:
        load_model("net.py:breaks")
    assert isinstance(caught.value.__cause__, ValueError) and caught.value.exit_code == 1
