#!/bin/sh
# Writes constraints.txt: the exact release of every package that the package and its developers' tools bring.
# `make constraints` runs it after a dependency in pyproject.toml changed, or to move to newer releases. It needs what
# manim is compiled with; `viz doctor` has the line that installs that.
set -eu
cd "$(dirname "$0")/.."

# PyTorch is chosen by hand: not every release is on every platform, and each is large.
torch=2.13.0
# The newest release that the manim extra works with.
pillow='pillow<13'

folder=.cache/constraints
rm -rf "$folder"
"${PYTHON:-python3}" -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check "torch==$torch" "$pillow" -e '.[dev,manim]'
{
    echo "# Exact releases for the set-up commands, so that every machine gets the same; written by 'make constraints'."
    echo "# A line for a package that a platform does not need has no effect there."
    # A build's local label (such as +cpu) is not part of the release: each platform takes its own build.
    "$folder/bin/python" -m pip freeze --all --exclude-editable | grep -v '^pip==' | sed 's/+.*//'
} >"$folder/constraints.txt"
mv "$folder/constraints.txt" constraints.txt
rm -rf "$folder"
