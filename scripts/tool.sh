#!/usr/bin/env bash
# usage: tool.sh NAME
# Prints the path of one of the tools below in exactly that version; builds it
# the first time, into .tools/. The module's own go.mod knows nothing of them. The
# folder names the compiler too: a linter must be as new as the Go it reads.
set -euo pipefail

case $1 in
gofumpt) package=mvdan.cc/gofumpt@v0.12.0 ;;
golangci-lint) package=github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 ;;
govulncheck) package=golang.org/x/vuln/cmd/govulncheck@v1.8.0 ;;
*)
	echo "tool.sh: no tool $1" >&2
	exit 2
	;;
esac

folder=$(cd "$(dirname "$0")/.." && pwd)/.tools/$(go env GOVERSION)/${package##*@}
if [ ! -x "$folder/$1" ]; then
	echo "building $1 ${package##*@}, once" >&2
	log=$(mktemp)
	trap 'rm -f "$log"' EXIT
	if ! GOBIN=$folder GOTOOLCHAIN=local go install "$package" >"$log" 2>&1 </dev/null; then
		grep -v '^go: downloading' "$log" | tail -n 5 >&2
		echo "$1 could not be built: is the Go module proxy ($(go env GOPROXY)) within reach?" >&2
		exit 1
	fi
fi
echo "$folder/$1"
