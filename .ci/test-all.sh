#!/bin/sh
# Runs the tests under every fitting Python of this machine: those on the path by name, and those of pyenv. Each is told
# what came out at the end.
#   sh .ci/test-all.sh [what pytest is told]
set -u
pythons=$(sh .ci/venv.sh --list)
if [ -z "$pythons" ]; then
    echo 'No Python from 3.11 to 3.14 was found.' >&2
    exit 1
fi
outcome='' failed=0
while read -r version python; do
    echo "== Python $version ($python)"
    if sh .ci/test-under.sh "$version" "$python" "$@" </dev/null; then
        outcome="$outcome $version passed,"
    else
        outcome="$outcome $version FAILED," failed=1
    fi
done <<END
$pythons
END
echo "== ${outcome%,}"
exit "$failed"
