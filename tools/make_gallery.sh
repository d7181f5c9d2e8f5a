#!/bin/sh
# Renders the moving pictures of both READMEs into renders/gallery: excerpts, small enough to be kept by git.
set -eu
cd "$(dirname "$0")/.."

loop() { # SCENE LANGUAGE OPTION ...
    scene=$1
    lang=$2
    shift 2
    .venv/bin/viz render "$scene" --lang "$lang" "$@" -o "renders/gallery/$scene.$lang.gif"
}

for lang in en zh; do
    loop network-warp $lang --from 'layer 1 linear' --size 576x324 --fps 8
    loop optimizer-race $lang --from race --to race --size 640x360 --fps 11
    loop saturation $lang --from bias --size 640x360 --fps 8
done
