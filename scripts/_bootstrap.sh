# Sourced by the scripts beside it: finds a Python, brings uv, and defines `run` for commands in the workspace's environment.
# A machine needs Python >= 3.11 and a package index for this, nothing else.

REPOSITORY="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
SUPPORTED_PYTHONS="3.11 3.12 3.13"
unset VIRTUAL_ENV

say() { printf '\n== %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2 && exit 1; }

# is_python COMMAND VERSION: whether that command runs a CPython of that version (3.12), or of any supported or newer one (3.11+).
is_python() {
    "$1" - "$2" 2>/dev/null <<'PYTHON'
import sys
wanted = sys.argv[1]
version = tuple(map(int, wanted.rstrip("+").split(".")))
here = sys.version_info[:2]
sys.exit(not (here >= version if wanted.endswith("+") else here == version))
PYTHON
}

# find_python VERSION: print the path of such a Python, or fail.
find_python() {
    local candidate folder number=${1%+}
    while read -r candidate; do
        if is_python "$candidate" "$1"; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return
        fi
    done < <(
        if [ "$number" = "$1" ]; then type -aP "python$1"; fi
        type -aP python3 python3.11 python3.12 python3.13 python3.14 python
        # pyenv has a shim on PATH for every Python, but only the chosen ones answer; the Pythons lie beside the shims.
        IFS=:
        for folder in $PATH; do
            case $folder in */shims) ls -d "${folder%/shims}/versions/"3.*/bin/python 2>/dev/null ;; esac
        done
        true
    )
    return 1
}

PYTHON="$(find_python 3.11+)" ||
    die "no Python >= 3.11 found on PATH (looked for python3, python3.11 … python3.14, python): install one and run this again"
UV="$("$PYTHON" "$REPOSITORY/scripts/_get_uv.py")" || exit 1
# As pip does: what the machine trusts, uv trusts.
export UV_PYTHON_DOWNLOADS=never UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-true}"

# run [OPTION...] COMMAND...: run a command in the workspace's environment, which uv first brings to what uv.lock says.
# Options are those of `uv run`; PYTHON and UV_PROJECT_ENVIRONMENT choose another Python and folder.
run() { (cd "$REPOSITORY" && "$UV" run --quiet --locked --python "$PYTHON" "$@"); }

# apart NAME [REQUIREMENT...]: bring smolagents-models-NAME, what it needs and a test runner into .cache/venv-NAME, outside of
# uv.lock, and set APART to that environment.
apart() {
    APART="$REPOSITORY/.cache/venv-$1"
    "$APART/bin/python" -c "" 2>/dev/null || "$UV" venv --quiet --clear --python "$PYTHON" "$APART"
    (cd "$REPOSITORY" && "$UV" pip install --quiet --no-sources --python "$APART" -e packages/smolagents-core \
        -e packages/smolagents-testing -e "packages/smolagents-models-$1" hypothesis numpy pillow pytest pytest-xdist "${@:2}")
}
