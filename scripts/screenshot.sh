#!/usr/bin/env bash
# Shoots a page with a headless Chromium, which it installs on Debian if there is none:
#   scripts/screenshot.sh PAGE.html PICTURE.png [WIDTH] [HEIGHT] [light|dark]
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,3s/^# //p' "$0" >&2; exit 2; }
page=$(realpath "$1"); picture=$(realpath -m "$2"); width=${3:-1200}; height=${4:-3000}; scheme=${5:-light}

if ! command -v chromium >/dev/null; then
  apt-get update >&2
  apt-get install -y --no-install-recommends chromium fonts-liberation >&2
fi

profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
settings=2                                   # Blink's preferred colour scheme: 1 dark, 2 light
[ "$scheme" = dark ] && settings=1
chromium --headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update \
  --disable-sync --no-first-run --hide-scrollbars --user-data-dir="$profile" \
  --blink-settings=preferredColorScheme=$((settings - 1)) \
  --window-size="$width,$height" --screenshot="$picture" "file://$page" 2>/dev/null
echo "$picture"
