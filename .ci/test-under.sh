#!/bin/sh
# Runs tests under another Python than that of .venv, in an environment of its own, .venv-3.12 say.
#   sh .ci/test-under.sh VERSION PYTHON [what pytest is told]
set -u
version=$1 python=$2
shift 2
sh .ci/venv.sh '.[test]' "$python" ".venv-$version" || exit 1
".venv-$version/bin/python" -m pytest "$@"
