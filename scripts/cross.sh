#!/usr/bin/env bash
# Builds the hub for every kind of machine it is made for, into dist/, and says
# how large each is. No C compiler: the same file runs on any system of its kind.
set -euo pipefail
cd "$(dirname "$0")/.."

export CGO_ENABLED=0
mkdir -p dist
while read -r os arch arm; do
	out=dist/althing-$os-$arch${arm:+v$arm}
	if [ "$os" = windows ]; then
		out=$out.exe
	fi
	GOOS=$os GOARCH=$arch GOARM=$arm go build -trimpath -ldflags '-s -w' -o "$out" ./cmd/althing
	printf '%5.1f MB  %s\n' "$(wc -c <"$out" | awk '{ print $1 / 1e6 }')" "$out"
done <<'END'
linux amd64
linux arm64
linux arm 6
darwin amd64
darwin arm64
windows amd64
END
