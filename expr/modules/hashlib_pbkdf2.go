package modules

import (
	"bytes"
	"crypto/hmac"
	"crypto/subtle"
	"encoding/binary"
	"hash"
	"math"

	"althing/expr"
	"althing/value"
)

// nsPerHashed is how long it takes to hash a byte, as Thread.Work counts it.
const nsPerHashed = 20

var pbkdf2Signature = signature{
	fn: "pbkdf2_hmac()", names: []string{"hash_name", "password", "salt", "iterations", "dklen"}, required: 4, pos: 5,
}

// pbkdf2HMAC derives a key of a password. The work is counted as it is done, so
// that no number of iterations outlives the time.
func pbkdf2HMAC(t *expr.Thread, a expr.Args) (expr.Object, error) {
	args, err := bindAll(&pbkdf2Signature, a)
	if err != nil {
		return nil, err
	}
	name, ok := args[0].(value.Str)
	if !ok {
		return nil, expr.TypeError("pbkdf2_hmac() argument 'hash_name' must be str, not %s", typeShown(args[0]))
	}
	password, err := octetsArg(t, args[1])
	if err != nil {
		return nil, err
	}
	salt, err := octetsArg(t, args[2])
	if err != nil {
		return nil, err
	}
	iterations, err := cLong(args[3])
	if err != nil {
		return nil, err
	}
	algo, ok := find(string(name))
	if !ok || algo.begin == nil {
		return nil, expr.Raise("UnsupportedDigestmodError", "[digital envelope routines] unsupported")
	}
	switch {
	case iterations < 1:
		return nil, expr.ValueError("iteration value must be greater than 0.")
	case iterations > math.MaxInt32:
		return nil, expr.OverflowError("iteration value is too great.")
	}
	if err := t.Work(nsPerHashed * int64(len(password)+len(salt))); err != nil {
		return nil, err
	}
	mac := hmac.New(algo.begin, password)
	n := int64(mac.Size())
	if args[4] != nil && args[4] != expr.None {
		if n, err = cLong(args[4]); err != nil {
			return nil, err
		}
	}
	switch {
	case n < 1:
		return nil, expr.ValueError("key length must be greater than 0.")
	case n > math.MaxInt32:
		return nil, expr.OverflowError("key length is too great.")
	}
	return derived(t, mac, salt, iterations, int(n))
}

// cLong is an int argument of 64 bits.
func cLong(o expr.Object) (int64, error) {
	i, err := index(o)
	if err != nil {
		return 0, err
	}
	if !i.IsInt64() {
		return 0, expr.OverflowError("Python int too large to convert to C long")
	}
	return i.Int64(), nil
}

// derived is PBKDF2 (RFC 8018) with a look at the budgets in every iteration,
// which that of the standard library cannot take.
func derived(t *expr.Thread, mac hash.Hash, salt []byte, iterations int64, n int) (expr.Object, error) {
	if err := t.ChargeText(2*(n+mac.Size()) + len(salt)); err != nil {
		return nil, err
	}
	out := make([]byte, 0, n+mac.Size())
	for block := uint32(1); len(out) < n; block++ {
		if err := t.Work(nsPerHashed * int64(len(salt))); err != nil {
			return nil, err
		}
		u := binary.BigEndian.AppendUint32(bytes.Clone(salt), block)
		sum := make([]byte, mac.Size())
		for range iterations {
			if err := t.Step(1 + int64(2*mac.BlockSize())/hashPerStep); err != nil {
				return nil, err
			}
			mac.Reset()
			_, _ = mac.Write(u) // it never fails
			u = mac.Sum(u[:0])
			subtle.XORBytes(sum, sum, u)
		}
		out = append(out, sum...)
	}
	return value.Bytes(out[:n]), nil
}
