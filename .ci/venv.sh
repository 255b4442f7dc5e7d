#!/bin/sh
# Makes .venv in the working folder with the first fitting Python and installs WHAT into it, in the versions of
# constraints.txt. Called by the Makefile.
#   sh .ci/venv.sh WHAT [PYTHON [VENV]]  WHAT: '.' or '.[test]'; PYTHON: take this one and no other; VENV: in place of .venv
#   sh .ci/venv.sh --list                the fitting Pythons, one for each version, as lines `3.12 /path/to/python`
set -u
what=$1
wanted=${2:-}
venv=${3:-.venv}

# Says nothing and exits with 0: fits. 1: another version, or does not run. 2: fits, but cannot make a venv.
# Numba has no wheels for Macs with Intel processors from Python 3.14 on.
probe='
import platform, sys
last = (3, 14) if sys.platform == "darwin" and platform.machine() == "x86_64" else (3, 15)
if not (3, 11) <= sys.version_info[:2] < last:
    raise SystemExit(1)
try:
    import ensurepip, venv
except ImportError:
    raise SystemExit(2)
'
tell='import sys; print("%d.%d.%d" % sys.version_info[:3])'

# An interpreter that is on the path may still not run (pyenv puts such ones there), so each is tried.
fits() { "$1" -c "$probe" >/dev/null 2>&1; }

choose() {
    without_venv=''
    if [ -n "$wanted" ]; then set -- "$wanted"; else set -- python3 python3.14 python3.13 python3.12 python3.11 python; fi
    for candidate; do
        fits "$candidate"
        case $? in
            0) python=$candidate; return 0 ;;
            2) without_venv=${without_venv:-$candidate} ;;
        esac
    done
    if [ -n "$without_venv" ]; then
        version=$("$without_venv" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        echo "$without_venv (Python $version) cannot make a virtual environment: its venv package is missing." >&2
        echo "On Debian and Ubuntu: sudo apt install python3-venv    (or python$version-venv)" >&2
    elif [ -n "$wanted" ]; then
        echo "'$wanted' is not a Python from 3.11 to 3.14 that runs." >&2
    else
        echo "No Python from 3.11 to 3.14 was found (on Macs with Intel processors: to 3.13)." >&2
        echo "Tried python3, python3.14 to python3.11 and python. Name yours: make run PYTHON=/path/to/python3.12" >&2
    fi
    return 1
}

list() {
    seen=' '
    for candidate in python3.11 python3.12 python3.13 python3.14 python3 python \
        "${PYENV_ROOT:-${HOME:-}/.pyenv}"/versions/*/bin/python3; do
        fits "$candidate" || continue
        version=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        case $seen in *" $version "*) continue ;; esac
        seen="$seen$version "
        echo "$version $(command -v "$candidate")"
    done
}

if [ "$what" = --list ]; then
    list | sort -t. -k2n
    exit 0
fi
ready() { fits "$venv/bin/python" && "$venv/bin/python" -m pip --version >/dev/null 2>&1; }
# a Python that is asked for makes .venv anew; an environment with a name of its own was made with that Python before
if ! ready || { [ -n "$wanted" ] && [ "$venv" = .venv ]; }; then
    python=''
    choose || exit 1
    echo "making $venv with $python ($("$python" -c "$tell"))"
    "$python" -m venv --clear "$venv" || exit 1
fi
echo "installing $what into $venv, Python $("$venv/bin/python" -c "$tell") (the first time takes a minute or two)"
"$venv/bin/python" -m pip install -qq --disable-pip-version-check -c constraints.txt -e "$what" || {
    echo "the installation failed, for the reason above" >&2
    exit 1
}
