"""The set-up: pins that fit, a script that can fail and be run again, a package that works installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from viz.render import need_manim

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
TOOLS = ("sh", "cat", "cksum", "rm", "touch", "dirname", "printf", "env", "cp", "mkdir", "chmod", "ls")

# Stands for python3: knows its version, whether it can make environments, and how pip ends.
FAKE_PYTHON = r"""#!/bin/sh
echo "${0##*/} $*" >>"$LOG"
case "$*" in
    *version_info\ \<*) [ -z "$TOO_OLD" ] ;;
    *ensurepip*) [ -z "$NO_ENSUREPIP" ] || [ -e "$APT_DONE" ] ;;
    *-venv*) echo python3.11-venv ;;
    *"-m venv"*) rm -rf .venv && mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    *"pip install"*)
        case "$PIP" in
            fail) echo "no such package" >&2; exit 1 ;;
            no-manim) case "$*" in *manim*) echo "no cairo" >&2; exit 1 ;; esac ;;
            kill) kill -9 $PPID; exit 1 ;;
        esac ;;
esac
"""


class Machine:
    """A bare machine: a folder with the project's set-up, and a PATH with nothing but what it is given."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self.bin = folder / "bin"
        self.log = folder / "log"
        self.bin.mkdir()
        (self.project / "tools").mkdir(parents=True)
        for name in ("pyproject.toml", "constraints.txt", "tools/setup.sh"):
            shutil.copy(ROOT / name, self.project / name)
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found, tool
            (self.bin / tool).symlink_to(found)
        self.program("id", "#!/bin/sh\necho 1000\n")
        self.env = {"PATH": str(self.bin), "LOG": str(self.log), "APT_DONE": str(folder / "apt-done")}

    def program(self, name: str, text: str) -> None:
        path = self.bin / name
        path.write_text(text)
        path.chmod(0o755)

    def become_root(self) -> None:
        self.program("id", "#!/bin/sh\necho 0\n")
        self.program("apt-get", '#!/bin/sh\necho "apt-get $*" >>"$LOG"\ntouch "$APT_DONE"\n')

    def set_up(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        self.log.write_text("")
        command = ["sh", "tools/setup.sh", *arguments]
        return subprocess.run(command, cwd=self.project, env=self.env | env, capture_output=True, text=True, timeout=60)

    def calls(self, word: str) -> list[str]:
        return [line for line in self.log.read_text().splitlines() if word in line]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def ready(machine: Machine) -> Machine:
    machine.program("python3", FAKE_PYTHON)
    return machine


def test_without_python_one_line_says_how_to_get_it(machine: Machine) -> None:
    done = machine.set_up()
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1 and done.stdout == ""
    assert "sudo apt-get install python3 python3-venv" in done.stderr and "brew install" in done.stderr
    assert not (machine.project / ".venv").exists()
    chinese = machine.set_up(LANG="zh_CN.UTF-8").stderr
    assert "找不到 Python 3.11" in chinese and "sudo apt-get install python3 python3-venv" in chinese


def test_old_python_is_not_taken(ready: Machine) -> None:
    assert "No Python 3.11 or newer" in ready.set_up(TOO_OLD="yes").stderr


def test_a_shim_that_does_not_run_is_passed_over(ready: Machine) -> None:
    ready.program("python3.13", "#!/bin/sh\nexit 127\n")
    assert ready.set_up().returncode == 0
    assert ready.calls("-m venv") == ["python3 -m venv --clear .venv"]


def test_a_named_python_is_the_only_one_tried(ready: Machine) -> None:
    done = ready.set_up(PYTHON="/nowhere/python")
    assert done.returncode == 3
    assert "PYTHON=/nowhere/python is not Python 3.11" in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_named_python_may_have_a_space_in_its_path(ready: Machine) -> None:
    (ready.bin / "my pythons").mkdir()
    ready.program("my pythons/python3.12", FAKE_PYTHON)
    assert ready.set_up(PYTHON=f"{ready.bin}/my pythons/python3.12").returncode == 0
    assert ready.calls("-m venv") == ["python3.12 -m venv --clear .venv"]


def test_missing_venv_module_gives_the_exact_line(ready: Machine) -> None:
    done = ready.set_up(NO_ENSUREPIP="yes")
    assert done.returncode == 3
    assert "'sudo apt-get install python3.11-venv'" in done.stderr and len(done.stderr.splitlines()) == 1


def test_root_gets_the_missing_venv_module(ready: Machine) -> None:
    ready.become_root()
    assert ready.set_up(NO_ENSUREPIP="yes").returncode == 0
    assert ready.calls("apt-get install") == ["apt-get install -y -qq --no-install-recommends python3.11-venv"]


def test_root_gets_python(machine: Machine) -> None:
    machine.become_root()
    source = machine.bin / "python.txt"
    source.write_text(FAKE_PYTHON)
    machine.program(
        "apt-get",
        f'#!/bin/sh\necho "apt-get $*" >>"$LOG"\n'
        f"[ $1 = update ] || {{ cp {source} {machine.bin}/python3; chmod +x {machine.bin}/python3; }}\n",
    )
    assert machine.set_up().returncode == 0
    assert machine.calls("apt-get install") == ["apt-get install -y -qq --no-install-recommends python3 python3-venv"]


def test_what_is_installed_is_pinned_and_editable(ready: Machine) -> None:
    ready.set_up("dev")
    first, second, third = ready.calls("pip install")
    assert "-c constraints.txt" in first and first.endswith(" setuptools")
    assert "-c constraints.txt" in second and second.endswith("--no-build-isolation -e .[dev]")
    # What is compiled for manim brings its own tools for that.
    assert "-c constraints.txt" in third and third.endswith(" warpviz[manim]") and "isolation" not in third
    ready.set_up()
    assert not ready.calls("manim")


def test_a_user_never_needs_manim(ready: Machine) -> None:
    assert ready.set_up(PIP="no-manim").returncode == 0
    assert not ready.calls("manim")


def test_without_manim_the_tests_go_on_and_it_is_tried_again(ready: Machine) -> None:
    for _ in range(2):
        done = ready.set_up("dev", PIP="no-manim")
        assert (done.returncode, done.stderr) == (0, "")
        assert "Tests that need manim are skipped" in done.stdout and "to run them: pip install" in done.stdout
        assert (ready.project / ".venv/manim.log").read_text() == "no cairo\n"
    assert not ready.calls("-e .")
    ready.set_up("dev")
    assert ready.calls("warpviz[manim]")
    assert ready.set_up("dev").stdout == "" and not ready.calls("pip")


def test_what_manim_is_compiled_with_is_what_the_doctor_says(ready: Machine) -> None:
    ready.program("dpkg", "#!/bin/sh\nexit 1\n")
    ready.become_root()
    ready.set_up("dev")
    (line,) = ready.calls("apt-get install")
    wanted = need_manim.BUILD["apt-get"].split(" -y ")[1]
    assert line.split(" --no-install-recommends ")[1] == f"{wanted} chromium"  # and a browser for pages


def test_nothing_is_done_twice(ready: Machine) -> None:
    assert ready.set_up("dev").returncode == 0
    for arguments in (("dev",), ()):  # the developers' environment serves the users' command as well
        done = ready.set_up(*arguments)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert ready.calls("pip") == ready.calls("venv ") == []


def test_developers_tools_are_added_to_a_users_environment(ready: Machine) -> None:
    ready.set_up()
    assert ready.set_up("dev").returncode == 0
    assert ready.calls("-m venv") == [] and ready.calls("-e .[dev]")


def test_a_failed_install_is_taken_up_again(ready: Machine) -> None:
    for _ in range(2):
        done = ready.set_up(PIP="fail")
        assert done.returncode == 3
        assert done.stderr.splitlines()[0] == "no such package" and "run the same command again" in done.stderr
    assert ready.calls("-m venv") == []
    assert ready.set_up().returncode == 0
    assert ready.calls("pip install") and not ready.calls("-m venv")


def test_a_killed_install_starts_afresh(ready: Machine) -> None:
    assert ready.set_up(PIP="kill").returncode == -9
    assert ready.set_up().returncode == 0
    assert ready.calls("-m venv") and ready.calls("-e .")
    assert ready.set_up().stdout == "" and not ready.calls("pip")


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt", "tools/setup.sh"])
def test_a_changed_file_installs_again(ready: Machine, name: str) -> None:
    ready.set_up()
    with (ready.project / name).open("a") as file:
        file.write("\n# changed\n")
    ready.set_up()
    assert ready.calls("-e .") and not ready.calls("-m venv")


def test_a_moved_folder_installs_again(ready: Machine) -> None:
    ready.set_up()
    ready.project = ready.project.rename(ready.project.with_name("moved"))
    ready.set_up()
    assert ready.calls("-e .")


def test_an_environment_whose_python_is_gone_is_made_again(ready: Machine) -> None:
    ready.set_up()
    (ready.project / ".venv/bin/python").write_text("#!/nowhere/python\n")
    assert ready.set_up().returncode == 0
    assert ready.calls("-m venv")


def test_missing_test_packages_are_named_and_only_for_tests(ready: Machine) -> None:
    ready.program("dpkg", '#!/bin/sh\n[ "$2" = there ]\n')
    assert "chromium" not in ready.set_up(TEST_PACKAGES="chromium there").stdout
    done = ready.set_up("dev", TEST_PACKAGES="chromium there")
    assert done.returncode == 0
    assert "Tests that need chromium are skipped; to run them: sudo apt-get install chromium\n" in done.stdout
    ready.become_root()
    assert ready.set_up("dev", TEST_PACKAGES="chromium there").returncode == 0
    assert ready.calls("apt-get install") == ["apt-get install -y -qq --no-install-recommends chromium"]


# The project's files ------------------------------------------------------------------------------------


def pins() -> dict[str, Version]:
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    found = {}
    for line in lines:
        name, _, version = line.partition("==")
        found[re.sub(r"[-_.]+", "-", name).lower()] = Version(version)
    return found


def test_every_dependency_is_pinned_to_a_release_it_allows() -> None:
    extras = PROJECT["optional-dependencies"]
    pinned = pins()
    for text in [*PROJECT["dependencies"], *extras["dev"], *extras["manim"]]:
        requirement = Requirement(text)
        assert pinned[requirement.name] in requirement.specifier, text
    assert pinned["torch"] == Version("2.13.0")
    assert all(not version.local for version in pinned.values())


def test_the_files_that_ci_and_users_start_from() -> None:
    ci = ROOT / ".ci" / "run"
    assert os.access(ci, os.X_OK)
    assert {"make lint", "make test"} <= set(ci.read_text().splitlines())
    makefile = (ROOT / "Makefile").read_text()
    assert ".venv/bin/viz render network-warp -o renders/network-warp.mp4" in makefile
    # GNU make 3.81 and BSD make have none of these.
    assert not re.search(
        r"\$\((shell|eval|call|if|foreach|wildcard|info)\b|\.ONESHELL|!=|^ifeq|^define", makefile, re.M
    )


def test_the_installed_package_has_scenes_fonts_and_command(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("viz", "scenes"):
        shutil.copytree(ROOT / name, source / name, ignore=ignore)
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    build = "import setuptools.build_meta as b; print(b.build_wheel('..'))"
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True, timeout=120)
    (wheel,) = tmp_path.glob("warpviz-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
        names = archive.namelist()
    assert {"viz/fonts/NotoSansSC-SemiBold.ttf", "viz/fonts/OFL-Inter.txt"} <= set(names)
    assert sum(name.endswith(("/licenses/LICENSE", "/licenses/viz/fonts/OFL-Inter.txt")) for name in names) == 2
    assert {name.split("/")[0].split("-")[0] for name in names} == {"viz", "scenes", "warpviz"}
    expected = {p.stem.replace("_", "-") for p in (ROOT / "scenes").glob("[a-z]*.py")}
    code = (
        "import json, sys, viz.glyphs as g, viz.scenefile as s, scenes\n"
        "print(json.dumps([g.family('训练'), list(s.names()), scenes.__file__]))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "installed")},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    family, scenes, where = json.loads(shown.stdout)
    assert family == "Noto Sans SC" and set(scenes) == expected
    assert where.startswith(str(tmp_path))
