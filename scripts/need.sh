#!/usr/bin/env bash
# usage: need.sh COMMAND PACKAGE…
# Makes sure that a command is there: installs its Debian packages where that can
# be done without asking, else says what to install. Says nothing when it is there.
set -euo pipefail

command=$1
shift
if command -v "$command" >/dev/null; then
	exit 0
fi
if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
	echo "$command is missing: install it (on Debian: sudo apt-get install $*) and try again" >&2
	exit 1
fi
echo "$command is missing: installing Debian's $*" >&2
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { apt-get update && apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1 </dev/null; then
	tail -n 20 "$log" >&2
	echo "$* could not be installed: are Debian's package servers within reach?" >&2
	exit 1
fi
