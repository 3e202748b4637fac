#!/usr/bin/env bash
# Builds the native TensorFlow backend from the PyPI wheel tensorflow-cpu, for networks that reach package registries and nothing else.
# Usage: install.sh [DIRECTORY [WHEEL]]
#   DIRECTORY  where strayd is installed: holds package.json and node_modules; default: the current one
#   WHEEL      tensorflow_cpu-2.15.0-*.whl, if it is here already; default: fetched with pip
# See docs/how-to-native-backend.md.
set -euo pipefail

directory=$(cd "${1:-.}" && pwd)
wheel=${2:-}
tfjs_node=4.22.0
tensorflow=2.15.0

for program in node npm python3 make g++; do
  command -v "$program" >/dev/null || { echo "$program is missing: install it, e.g. apt-get install build-essential python3" >&2; exit 1; }
done
[ "$(uname -sm)" = "Linux x86_64" ] || { echo "this recipe is for Linux on x86_64, this is $(uname -sm): stay with backend: wasm" >&2; exit 1; }
[ -d "$directory/node_modules" ] || { echo "$directory has no node_modules: run npm ci there first, or name strayd's directory" >&2; exit 1; }
if [ -n "$wheel" ] && [ ! -f "$wheel" ]; then echo "there is no wheel $wheel" >&2; exit 1; fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

if [ -z "$wheel" ]; then
  echo "Fetching tensorflow-cpu $tensorflow (207 MB) ..."
  python3 -m pip download --quiet --no-deps --only-binary=:all: --python-version 3.11 \
    --platform manylinux2014_x86_64 --dest "$scratch" "tensorflow-cpu==$tensorflow"
  wheel=$(echo "$scratch"/tensorflow_cpu-*.whl)
fi

cd "$directory"
echo "Installing @tensorflow/tfjs-node $tfjs_node without its download ..."
npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error "@tensorflow/tfjs-node@$tfjs_node"

package=$directory/node_modules/@tensorflow/tfjs-node
rm -rf "$package/deps"
mkdir -p "$package/deps/lib"
echo "Unpacking TensorFlow's library ..."
python3 - "$wheel" "$scratch" <<'PYTHON'
import sys, zipfile
wheel, scratch = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    wanted = ('tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2')
    names = [n for n in archive.namelist() if n in wanted or n.startswith('tensorflow/include/')]
    if not all(name in names for name in wanted):
        sys.exit(f'{wheel} holds no {" and ".join(wanted)}: the wheel tensorflow_cpu-2.15.0 is wanted')
    archive.extractall(scratch, names)
PYTHON
mv "$scratch"/tensorflow/libtensorflow_cc.so.2 "$scratch"/tensorflow/libtensorflow_framework.so.2 "$package/deps/lib/"
mv "$scratch/tensorflow/include" "$package/deps/include"
ln -s libtensorflow_cc.so.2 "$package/deps/lib/libtensorflow.so"
ln -s libtensorflow_framework.so.2 "$package/deps/lib/libtensorflow_framework.so"

echo "Building the binding ..."
# Node's own headers, where they are installed beside it; else node-gyp fetches them.
prefix=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
headers=()
if [ -f "$prefix/include/node/node_api.h" ]; then headers=("--nodedir=$prefix"); fi
(cd "$package" && "$directory/node_modules/.bin/node-pre-gyp" install --build-from-source "${headers[@]}" >"$scratch/build.log" 2>&1) ||
  { tail -n 30 "$scratch/build.log" >&2; exit 1; }

TF_CPP_MIN_LOG_LEVEL=2 node -e '
  const util = require("node:util");
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
  const tf = require("@tensorflow/tfjs-node");
  console.log(`The native backend works: TensorFlow ${tf.version["tfjs-node"]} on Node ${process.version}`);
'
