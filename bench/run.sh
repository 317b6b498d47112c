#!/bin/sh
# Ours beside every peer that is installed: builds all, measures in turns, prints tables and writes JSON.
# bench/run.sh [--quick] [--python FILE] [--threads N] [--rounds N] [--seconds S] [--only REGEX] [--engines REGEX] [--out FILE]
# docs/performance.md says what is measured and how to read it.
set -eu
cd "$(dirname "$0")/.."
./resnet4j --version >&2 # builds ours where it is not built
# shellcheck disable=SC2086 # options are separated by spaces
mvn -q -B -ntp ${RESNET4J_MAVEN_OPTS:-} -Ppeers -Dmaven.test.skip=true -pl bench,bench/djl,bench/onnxruntime -am package >&2
native=${RESNET4J_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/resnet4j}/native
exec java "-Dorg.bytedeco.javacpp.cachedir=$native" \
    -cp "bench/target/classes:resnet4j-cli/target/classes:resnet4j-cli/target/lib/*" resnet4j.bench.SideBySide "$@"
