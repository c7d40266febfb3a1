#!/usr/bin/env bash
# One binary with console, demo world and weights inside, a container file, a systemd unit: in dist/.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}

make --no-print-directory console
if [ ! -f models/all-MiniLM-L6-v2/model.safetensors ]; then
  cargo build --release --locked --bin countersign
  "$target/release/countersign" models install --dir models || { echo "dist needs the embedding weights, and they could not be fetched; see above." >&2; exit 1; }
fi
cargo build --release --locked --bin countersign --features server/bundled-weights

rm -rf dist
mkdir dist
cp "$target/release/countersign" LICENSE dist/
cp packaging/* dist/
(cd dist && sha256sum countersign >countersign.sha256)
echo "In dist/ ($(du -h dist/countersign | cut -f1) binary):"
ls dist
echo "Try it: dist/countersign demo"
