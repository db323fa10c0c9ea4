#!/usr/bin/env bash
# usage: rename.sh MODULE      (as in: rename.sh github.com/someone/althing)
# Gives the module another path: in go.mod, in every import, and in the linter's
# table of layers.
set -euo pipefail
cd "$(dirname "$0")/.."

old=$(go list -m)
new=$1
export old new
go mod edit -module "$new"
git ls-files -z -co --exclude-standard -- '*.go' |
	xargs -0 perl -pi -e 's{^((?:import )?\s*(?:[\w.]+ )?")\Q$ENV{old}\E(?=/[^"]*"$|"$)}{$1$ENV{new}}'
perl -pi -e 's{(?<![\w/])\Q$ENV{old}\E(?=[/)])}{$ENV{new}}g' .golangci.yml
gofmt -w .
go build ./...
