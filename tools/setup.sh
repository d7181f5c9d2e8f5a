#!/bin/sh
# Makes .venv with the package and everything it needs; `tools/setup.sh dev` adds what its developers and tests need.
# It may be run at any time: with nothing to do it ends within a moment, and a run that was interrupted is made good.
set -eu
cd "$(dirname "$0")/.."

extra=${1:-}

# Debian packages that tests use beyond the wheels: what manim's own dependencies are compiled with,
# and a browser to play pages in. A test whose package is missing is skipped.
test_packages=${TEST_PACKAGES-build-essential python3-dev pkg-config libcairo2-dev libpango1.0-dev chromium}

say() { # ENGLISH CHINESE
    case ${VIZ_LANG:-${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}} in
        zh* | ZH*) printf '%s\n' "$2" ;;
        *) printf '%s\n' "$1" ;;
    esac
}

fail() { # ENGLISH CHINESE
    say "$1" "$2" >&2
    exit 3
}

may_install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null
}

apt_install() { # PACKAGE ...
    say "Installing $* from the system's packages …" "正在安装系统软件包 $* …"
    DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

suits() { # COMMAND
    "$1" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        set -- "$PYTHON"
    else
        set -- python3.13 python3.12 python3.11 python3.14 python3
    fi
    for candidate; do
        # A command that is there may still not run, as the shims of version managers do.
        if suits "$candidate"; then
            python=$candidate
            return 0
        fi
    done
    return 1
}

no_python() {
    if [ -n "${PYTHON:-}" ]; then
        fail "PYTHON=$PYTHON is not Python 3.11 or newer: name another one, or leave PYTHON out." \
            "PYTHON=$PYTHON 不是 Python 3.11 或更高版本：请另外指定，或去掉 PYTHON。"
    fi
    fail "No Python 3.11 or newer was found: install one (Debian, Ubuntu: sudo apt-get install python3 python3-venv; macOS: brew install python@3.13) or name it with PYTHON=/path/to/python3." \
        "找不到 Python 3.11 或更高版本：请安装（Debian、Ubuntu：sudo apt-get install python3 python3-venv；macOS：brew install python@3.13），或用 PYTHON=/path/to/python3 指定。"
}

need_python() {
    find_python && return 0
    if [ -z "${PYTHON:-}" ] && may_install; then
        apt_install python3 python3-venv || no_python
        find_python && return 0
    fi
    no_python
}

has_venv() {
    "$python" -c 'import ensurepip, venv' >/dev/null 2>&1
}

need_venv() {
    has_venv && return 0
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if may_install && apt_install "$package" && has_venv; then
        return 0
    fi
    fail "$python cannot make virtual environments: run 'sudo apt-get install $package', then this again." \
        "$python 无法创建虚拟环境：请先运行 'sudo apt-get install $package'，再重新执行本命令。"
}

need_test_packages() {
    command -v dpkg >/dev/null || return 0
    missing=
    for package in $test_packages; do
        dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    # The names are words of the list above.
    # shellcheck disable=SC2086
    if may_install && apt_install $missing; then
        return 0
    fi
    say "Tests that need$missing are skipped; to run them: sudo apt-get install$missing" \
        "将跳过需要$missing 的测试；如需运行：sudo apt-get install$missing"
}

# The renderer that needs a compiler: tests run it where it can be had, nothing else needs it.
need_manim() {
    ! is_installed manim || return 0
    say "Adding manim for its tests …" "正在为测试安装 manim …"
    rm -f .venv/.installedmanim
    touch .venv/.installing
    if install 'warpviz[manim]' >.venv/manim.log 2>&1; then
        printf '%s\n' "$wanted" >.venv/.installedmanim
    else
        lines='from viz.render.need_manim import install_lines, parts; print(" && ".join(install_lines(parts())))'
        line=$(.venv/bin/python -c "$lines" 2>/dev/null) || line=
        line=${line:-"pip install 'warpviz[manim]'"}
        say "Tests that need manim are skipped, because it could not be installed (see .venv/manim.log); to run them: $line" \
            "无法安装 manim（见 .venv/manim.log），将跳过需要它的测试；如需运行：$line"
    fi
    rm -f .venv/.installing
}

# What an install depends on. A moved folder counts: scripts in .venv hold its path.
wanted="$(cat pyproject.toml constraints.txt tools/setup.sh | cksum) $(pwd)"

is_installed() { # EXTRA
    [ "$(cat ".venv/.installed$1" 2>/dev/null)" = "$wanted" ] && .venv/bin/python -c '' 2>/dev/null
}

[ "$extra" != dev ] || need_test_packages
install() {
    # shellcheck disable=SC2086
    .venv/bin/python -m pip install $quiet --disable-pip-version-check --no-input -c constraints.txt "$@"
}
quiet=--quiet
[ ! -t 1 ] || quiet=
if is_installed dev || { [ -z "$extra" ] && is_installed ''; }; then
    [ "$extra" != dev ] || need_manim
    exit 0
fi

rm -f .venv/.installed .venv/.installeddev
# This mark is only left behind by a run that was killed, perhaps in the middle of unpacking a package.
if [ -e .venv/.installing ] || ! suits .venv/bin/python || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    need_python
    need_venv
    say "Making a virtual environment in .venv with $python …" "正在用 $python 在 .venv 中创建虚拟环境 …"
    "$python" -m venv --clear .venv
fi

say "Installing into .venv; the first time this downloads several hundred megabytes …" \
    "正在安装到 .venv；首次安装需下载数百兆字节 …"
touch .venv/.installing
# Not isolated: the release of setuptools that builds the package is pinned, too.
if ! { install setuptools && install --no-build-isolation -e ".${extra:+[$extra]}"; }; then
    rm -f .venv/.installing
    fail "The installation failed, for the reason above: nothing is lost, run the same command again." \
        "安装失败，原因见上：没有任何损失，重新执行同一命令即可。"
fi
printf '%s\n' "$wanted" >".venv/.installed$extra"
rm -f .venv/.installing
[ "$extra" != dev ] || need_manim
