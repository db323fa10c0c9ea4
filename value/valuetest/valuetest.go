// Package valuetest makes values for tests, and asks CPython about them.
package valuetest

import (
	"bytes"
	"math/big"
	"os/exec"
	"strings"
	"testing"

	"althing/value"
)

// Dict is a dict of keys and values, which take turns.
func Dict(t testing.TB, keysAndValues ...value.Value) *value.Dict {
	t.Helper()
	pairs := []value.Pair{}
	for i := 0; i < len(keysAndValues); i += 2 {
		pairs = append(pairs, value.Pair{Key: keysAndValues[i], Value: keysAndValues[i+1]})
	}
	d, err := value.NewDict(pairs)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Set is a set of items.
func Set(t testing.TB, items ...value.Value) *value.Set {
	t.Helper()
	s, err := value.NewSet(items)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Power is 2**shift + plus.
func Power(shift uint, plus int64) value.Value {
	i := new(big.Int).Lsh(big.NewInt(1), shift)
	return value.Integer(i.Add(i, big.NewInt(plus)))
}

// Negative is a large integer with the other sign.
func Negative(v value.Value) value.Value {
	return value.Integer(new(big.Int).Neg(v.(value.Big).Int()))
}

// Nested is an item in a list in a list …, depth of them.
func Nested(item value.Value, depth int) value.Value {
	for range depth {
		item = value.List{item}
	}
	return item
}

// Python runs a program with the lines as its standard input and gives what it
// prints, line by line.
func Python(t *testing.T, program string, lines []string) []string {
	t.Helper()
	path, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is missing; `make test` installs it where it can")
	}
	cmd := exec.CommandContext(t.Context(), path, "-X", "utf8", "-c", program)
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n"))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}
