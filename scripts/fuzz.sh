#!/usr/bin/env bash
# usage: fuzz.sh [PACKAGES]     (default ./...)
# Runs every Fuzz function it finds, each for FUZZTIME (default 10s), and those in
# `first` for FUZZLONG (default FUZZTIME), as many at once as there are cores, each
# with one worker. What makes one fail is kept in its package's testdata/fuzz;
# commit it with the mend.
set -uo pipefail
cd "$(dirname "$0")/.."

export FUZZTIME=${FUZZTIME:-10s}
export FUZZLONG=${FUZZLONG:-$FUZZTIME}
# What reads every request of a stranger, and what the hub reads at its start.
export first=' FuzzFraming FuzzParse FuzzRecord FuzzSnapshot FuzzMatch '
cores=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

# `go test -list` prints the names of a package, then "ok PACKAGE TIME".
list=$(go test -list '^Fuzz' "${@:-./...}") || { echo "$list" >&2; exit 1; }
targets=$(awk '$1 ~ /^Fuzz/ { names[++n] = $1 }
	$1 == "ok" { for (i = 1; i <= n; i++) print $2, names[i]; n = 0 }' <<<"$list")
if [ -z "$targets" ]; then
	echo "no Fuzz function found" >&2
	exit 1
fi

one() {
	local package=$1 name=$2 time=$FUZZTIME out status
	if [[ $first == *" $name "* ]]; then
		time=$FUZZLONG
	fi
	out=$(go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" -parallel 1 "$package" 2>&1 </dev/null)
	status=$?
	# Before Go 1.27 a worker that is busy at the very end may be reported as
	# this, though nothing failed (golang/go#75804).
	if [ $status != 0 ] && grep -q 'context deadline exceeded' <<<"$out" && ! grep -q 'Failing input' <<<"$out"; then
		status=0
	fi
	if [ $status != 0 ]; then
		printf 'FAIL  %s %s\n%s\n' "$package" "$name" "$out"
		return 1
	fi
	printf 'ok    %s %s: %s runs\n' "$package" "$name" "$(grep -o 'execs: [0-9]*' <<<"$out" | tail -n 1 | cut -d ' ' -f 2)"
}
export -f one

echo "$(wc -l <<<"$targets") Fuzz functions, $FUZZTIME each, the first $FUZZLONG, $cores at once"
xargs -P "$cores" -L 1 bash -c 'one "$1" "$2"' one <<<"$targets"
