#!/usr/bin/env bash
# Put Chromium on this machine for the browser tests when it is missing and we may.
# Without it those tests are skipped, and say so.
set -euo pipefail

for name in chromium chromium-browser google-chrome google-chrome-stable; do
  if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ -n "${XETHO_CHROMIUM:-}" ] && [ -x "${XETHO_CHROMIUM}" ]; then exit 0; fi

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "No Chromium found: browser tests will be skipped (install the package 'chromium' to run them)." >&2
  exit 0
fi

echo "Installing Chromium for the browser tests ..."
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; }; then
  echo "Chromium could not be installed: browser tests will be skipped." >&2
fi
