# Sourced by the commands beside it: makes .venv from requirements.lock, once per lock.
# A second run touches no network. Needs Python 3.11 or newer and nothing else.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv="$root/.venv"

find_python() {
    local name
    for name in "${SHOSEKI_PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
        [ -n "$name" ] || continue
        "$name" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$name"; return; }
    done
    echo "shoseki: no Python 3.11 or newer found; install one or name it in SHOSEKI_PYTHON." >&2
    return 1
}

# The tree's own place is part of it: a moved checkout holds scripts that point to where it was.
fingerprint() { { echo "$root"; cat "$root/requirements.lock" "$root/scripts/setup.sh"; } | "$1" -c 'import hashlib,sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())'; }

make_venv() {
    local python mark uv refused
    python=$(find_python) || return 1
    mark=$(fingerprint "$python")
    [ -x "$venv/bin/python" ] && [ "$(cat "$venv/.shoseki-lock" 2>/dev/null)" = "$mark" ] && return 0
    echo "shoseki: making .venv from requirements.lock" >&2
    rm -f "$venv/.shoseki-lock"
    [ -x "$venv/bin/python" ] && "$venv/bin/python" -c '' 2>/dev/null || { rm -rf "$venv"; "$python" -m venv "$venv" || return 1; }
    uv=$(command -v uv || true)
    if [ -z "$uv" ]; then
        if refused=$("$venv/bin/python" -m pip install --quiet --disable-pip-version-check uv 2>&1); then
            uv="$venv/bin/uv"
        fi
    fi
    if [ -n "$uv" ]; then
        "$uv" pip install --quiet --python "$venv/bin/python" --require-hashes -r "$root/requirements.lock" || return 1
    elif ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$root/requirements.lock"; then
        printf '%s\n' "$refused" "shoseki: neither uv nor pip could install requirements.lock, see above." >&2
        return 1
    fi
    # The tree itself goes on the path: an application run from its tree, not an installed package.
    "$venv/bin/python" - "$root" <<'PY' || return 1
import pathlib, shlex, sys, sysconfig
pathlib.Path(sysconfig.get_path("purelib"), "shoseki-tree.pth").write_text(sys.argv[1] + "\n", encoding="utf-8")
command = pathlib.Path(sys.prefix, "bin", "shoseki")
# A shell reads the second line, Python takes it for a string: a path in "#!" may have no spaces and is cut when long.
python = shlex.quote(f"{sys.prefix}/bin/python")
command.write_text(f"""#!/bin/sh
'''exec' {python} "$0" "$@"
' '''
from scripts.cli import main

if __name__ == "__main__":
    main()
""", encoding="utf-8")
command.chmod(0o755)
PY
    echo "$mark" > "$venv/.shoseki-lock"
}

make_venv || exit 2
