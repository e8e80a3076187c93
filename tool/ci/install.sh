#!/usr/bin/env bash
# install.sh SOURCE: makes `runnel` available to the steps that follow. One on
# the path is taken as it is; else the one built from SOURCE, a checkout of
# Runnel, in ~/.cache/runnel-bin, which a CI cache keeps between runs.
set -euo pipefail
source=$(cd "$1" && pwd)
if command -v runnel >/dev/null; then
  runnel --version
  exit 0
fi
kept=${XDG_CACHE_HOME:-$HOME/.cache}/runnel-bin
stamp=$(cd "$source" && find checks tool CMakeLists.txt -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)
if [ ! -x "$kept/$stamp/runnel" ]; then
  # LLVM 22 comes from LLVM's own packages where the distribution has none.
  if ! apt-cache show llvm-22-dev >/dev/null 2>&1; then
    sudo=$([ "$(id -u)" = 0 ] || echo sudo)
    . /etc/os-release
    $sudo install -d /etc/apt/keyrings
    curl -fsSL https://apt.llvm.org/llvm-snapshot.gpg.key | $sudo tee /etc/apt/keyrings/llvm.asc >/dev/null
    echo "deb [signed-by=/etc/apt/keyrings/llvm.asc] https://apt.llvm.org/$VERSION_CODENAME/ llvm-toolchain-$VERSION_CODENAME-22 main" |
      $sudo tee /etc/apt/sources.list.d/llvm-22.list >/dev/null
    $sudo apt-get update
  fi
  (cd "$source" && ./dev build release runnel)
  rm -rf "$kept"
  mkdir -p "$kept/$stamp"
  cp "$source/build/release/tool/runnel" "$kept/$stamp/runnel"
fi
# The builtin headers and libraries of LLVM 22, where only the binary was kept.
if ! "$kept/$stamp/runnel" --version 2>/dev/null; then
  (cd "$source" && ./dev install-checker-packages)
  "$kept/$stamp/runnel" --version
fi
[ -z "${GITHUB_PATH:-}" ] || echo "$kept/$stamp" >>"$GITHUB_PATH"
