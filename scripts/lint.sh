#!/usr/bin/env bash
# go vet, gofumpt and golangci-lint, one after the other, also behind one that
# found something.
set -uo pipefail
cd "$(dirname "$0")/.."

status=0
go vet ./... || status=1

if gofumpt=$(scripts/tool.sh gofumpt); then
	diff=$("$gofumpt" -d .) || status=1
	if [ -n "$diff" ]; then
		echo "$diff"
		status=1
	fi
else
	status=1
fi

if lint=$(scripts/tool.sh golangci-lint); then
	"$lint" run ./... || status=1
else
	status=1
fi
exit $status
