#!/usr/bin/env bash
# Looks at pages in a headless Chromium at 390 and 1280 pixels, light and dark: fails on whatever the console says, on any
# request, and on what axe-core finds. Photographs are left in library/target/pages.
# Installs Chromium on Debian if there is none, and fetches axe-core with npm into library/target.
set -euo pipefail
cd "$(dirname "$0")/.."
version=4.10.3

if ! command -v chromium >/dev/null; then
  apt-get update >&2
  apt-get install -y --no-install-recommends chromium fonts-liberation >&2
fi
axe=$PWD/library/target/axe-core/package/axe.min.js
if ! [ -e "$axe" ]; then
  command -v npm >/dev/null || { echo "npm is needed, to fetch axe-core: install it and run again." >&2; exit 1; }
  mkdir -p library/target/axe-core
  (cd library/target/axe-core && npm pack --silent "axe-core@$version" >/dev/null && tar xzf "axe-core-$version.tgz")
fi
mvn -q -B -ntp -pl :resnet4j test -Dgroups=slow -DexcludedGroups= -Dtest=PagesInBrowserTest -Daxe="$axe" "$@"
ls library/target/pages/*.png
