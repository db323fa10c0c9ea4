package modules

import (
	"crypto/md5"  //nolint:gosec // what Python's hashlib has
	"crypto/sha1" //nolint:gosec // what Python's hashlib has
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"slices"
	"strings"

	"althing/expr"
	"althing/value"
)

// algorithm is a hash function of hashlib.
type algorithm struct {
	name  string
	begin func() hash.Hash
	// shake is begin for those whose digest has any length.
	shake func() *sha3.SHAKE
	// extra: hashlib has no function of that name, only new() knows it.
	extra bool
}

var algorithms = []algorithm{
	{name: "md5", begin: md5.New},
	{name: "sha1", begin: sha1.New},
	{name: "sha224", begin: sha256.New224},
	{name: "sha256", begin: sha256.New},
	{name: "sha384", begin: sha512.New384},
	{name: "sha512", begin: sha512.New},
	{name: "sha512_224", begin: sha512.New512_224, extra: true},
	{name: "sha512_256", begin: sha512.New512_256, extra: true},
	{name: "sha3_224", begin: func() hash.Hash { return sha3.New224() }},
	{name: "sha3_256", begin: func() hash.Hash { return sha3.New256() }},
	{name: "sha3_384", begin: func() hash.Hash { return sha3.New384() }},
	{name: "sha3_512", begin: func() hash.Hash { return sha3.New512() }},
	{name: "shake_128", shake: sha3.NewSHAKE128},
	{name: "shake_256", shake: sha3.NewSHAKE256},
}

// hashlibModule is Python's hashlib without scrypt and what reads files.
func hashlibModule() *expr.Module {
	all := attrs(
		expr.NewFunc("new", hashlibNew).Forgets(),
		expr.NewFunc("pbkdf2_hmac", pbkdf2HMAC).Forgets(),
	)
	var guaranteed, available []string
	for _, a := range algorithms {
		available = append(available, a.name)
		if !a.extra {
			guaranteed = append(guaranteed, a.name)
			all[a.name] = hashFunc(a)
		}
	}
	for name, ty := range blake2Types {
		guaranteed, available = append(guaranteed, name), append(available, name)
		all[name] = ty
	}
	all["algorithms_guaranteed"], all["algorithms_available"] = nameSet(guaranteed), nameSet(available)
	return &expr.Module{Name: "hashlib", Attrs: all}
}

// nameSet is a frozenset where CPython has a set, because all runs share it.
func nameSet(names []string) expr.Object {
	slices.Sort(names)
	thread := expr.NewThread(expr.Limits{})
	defer thread.Done()
	s := expr.NewFrozenSet()
	for _, name := range names {
		if err := s.Add(thread, value.Str(name)); err != nil {
			panic(err) // a short text is always a member
		}
	}
	return s
}

// digest is a hash under way.
type digest struct {
	typ  *expr.Type
	name string
	// One of the two is there.
	hash  hash.Hash
	shake *sha3.SHAKE
}

var _ expr.HasType = &digest{}

// digestSize is what a hash under way takes in memory.
const digestSize = 512

func (d *digest) TypeName() string { return d.typ.Name }

func (d *digest) Type() *expr.Type { return d.typ }

// Repr names the algorithm, unless the type does.
func (d *digest) Repr(*expr.Thread) (string, error) {
	if d.typ == hashType || d.typ == shakeType {
		return "<" + d.name + " " + d.typ.Name + " object>", nil
	}
	return "<" + d.typ.Name + " object>", nil
}

// Str is the same as Repr.
func (d *digest) Str(t *expr.Thread) (string, error) { return d.Repr(t) }

// hashType and shakeType are the types of all but the BLAKE2 hashes.
var (
	hashType  = &expr.Type{Name: "_hashlib.HASH", Attrs: digestMethods("HASH")}
	shakeType = &expr.Type{Name: "_hashlib.HASHXOF", Base: hashType, Attrs: map[string]expr.Object{
		"digest":    shakeMethod("digest", func(b []byte) (expr.Object, error) { return value.Bytes(b), nil }),
		"hexdigest": shakeMethod("hexdigest", hexText),
	}}
)

// digestMethods are the attributes of a type of hashes.
func digestMethods(of string) map[string]expr.Object {
	return map[string]expr.Object{
		"name":        property(func(self expr.Object) expr.Object { return value.Str(self.(*digest).name) }),
		"digest_size": property(func(self expr.Object) expr.Object { return expr.Int(int64(self.(*digest).size())) }),
		"block_size":  property(func(self expr.Object) expr.Object { return expr.Int(int64(self.(*digest).blockSize())) }),
		"update": expr.NewMethod("update", func(t *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
			data, err := single(of, "update", a)
			if err != nil {
				return nil, err
			}
			return expr.None, self.(*digest).update(t, data)
		}),
		"copy": simple(of, "copy", func(t *expr.Thread, self expr.Object) (expr.Object, error) {
			if err := t.Charge(digestSize); err != nil {
				return nil, err
			}
			return self.(*digest).clone()
		}),
		"digest": simple(of, "digest", func(t *expr.Thread, self expr.Object) (expr.Object, error) {
			d := self.(*digest)
			return value.Bytes(d.hash.Sum(nil)), t.ChargeText(d.size())
		}),
		"hexdigest": simple(of, "hexdigest", func(t *expr.Thread, self expr.Object) (expr.Object, error) {
			d := self.(*digest)
			if err := t.ChargeText(2 * d.size()); err != nil {
				return nil, err
			}
			return hexText(d.hash.Sum(nil))
		}),
	}
}

// size is 0 where the digest has any length.
func (d *digest) size() int {
	if d.shake != nil {
		return 0
	}
	return d.hash.Size()
}

func (d *digest) blockSize() int {
	if d.shake != nil {
		return d.shake.BlockSize()
	}
	return d.hash.BlockSize()
}

func (d *digest) clone() (*digest, error) {
	c := *d
	if d.shake != nil {
		shake := *d.shake
		c.shake = &shake
		return &c, nil
	}
	h, err := d.hash.(hash.Cloner).Clone()
	c.hash = h
	return &c, err
}

const (
	// hashPiece is how much is hashed between two looks at the budgets.
	hashPiece = 4 << 10
	// hashPerStep is how many bytes are hashed in a step.
	hashPerStep = 32
)

// pieces gives the bytes of a text of bytes or of a bytearray piece by piece, each
// as work of its own.
func pieces(t *expr.Thread, n int, piece func(from, to int)) error {
	for from := 0; from < n; from += hashPiece {
		to := min(from+hashPiece, n)
		if err := t.Step(int64(to-from) / hashPerStep); err != nil {
			return err
		}
		piece(from, to)
	}
	return nil
}

// update adds data to what is hashed.
func (d *digest) update(t *expr.Thread, data expr.Object) error {
	write := func(b []byte) {
		if d.shake != nil {
			_, _ = d.shake.Write(b) // it never fails
		} else {
			_, _ = d.hash.Write(b) // nor does this
		}
	}
	switch data := data.(type) {
	case value.Bytes:
		room := make([]byte, min(len(data), hashPiece))
		return pieces(t, len(data), func(from, to int) { write(room[:copy(room, data[from:to])]) })
	case *expr.ByteArray:
		return pieces(t, len(data.Bytes()), func(from, to int) { write(data.Bytes()[from:to]) })
	case value.Str:
		return expr.TypeError("Strings must be encoded before hashing")
	}
	return expr.TypeError("object supporting the buffer API required")
}

// hexText makes a str of the hexadecimal digits of b.
func hexText(b []byte) (expr.Object, error) {
	return value.Str(hex.EncodeToString(b)), nil
}

// shakeMethod makes digest or hexdigest where the caller says how long it is.
func shakeMethod(name string, made func(b []byte) (expr.Object, error)) *expr.Method {
	s := signature{fn: name + "()", names: []string{"length"}, required: 1, pos: 1}
	return expr.NewMethod(name, func(t *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
		var length expr.Object
		if err := s.bind(a, &length); err != nil {
			return nil, err
		}
		n, err := expr.Index(length)
		if err != nil {
			return nil, err
		}
		if n < 0 {
			return nil, expr.Raise("SystemError", "Negative size passed to PyBytes_FromStringAndSize")
		}
		if err := t.Charge(3 * min(n, mostBytes)); err != nil {
			return nil, err
		}
		c, err := self.(*digest).clone()
		if err != nil {
			return nil, err
		}
		out := make([]byte, n)
		err = pieces(t, len(out), func(from, to int) {
			_, _ = c.shake.Read(out[from:to]) // it never fails
		})
		if err != nil {
			return nil, err
		}
		return made(out)
	})
}

// mostBytes is more than there is memory for, and can still be counted with.
const mostBytes = 1 << 60

// begun makes a hash of data; nil: of nothing yet.
func (a algorithm) begun(t *expr.Thread, data expr.Object) (expr.Object, error) {
	if err := t.Charge(digestSize); err != nil {
		return nil, err
	}
	d := &digest{typ: hashType, name: a.name}
	if a.shake != nil {
		d.typ, d.shake = shakeType, a.shake()
	} else {
		d.hash = a.begin()
	}
	if data == nil {
		return d, nil
	}
	return d, d.update(t, data)
}

// hashFunc makes the function of an algorithm.
func hashFunc(algo algorithm) *expr.Func {
	name := "openssl_" + algo.name
	s := signature{fn: name + "()", names: []string{"string", "usedforsecurity"}, pos: 1}
	return expr.NewFunc(name, func(t *expr.Thread, a expr.Args) (expr.Object, error) {
		var data, security expr.Object
		if err := s.bind(a, &data, &security); err != nil {
			return nil, err
		}
		return algo.begun(t, data)
	}).Forgets()
}

// find knows an algorithm by the name that hashlib gives it, or in any case by
// that of OpenSSL.
func find(name string) (algorithm, bool) {
	for _, a := range algorithms {
		if a.name == name {
			return a, true
		}
		openSSL := strings.ReplaceAll(strings.Replace(a.name, "shake_", "shake", 1), "_", "-")
		if strings.EqualFold(openSSL, name) {
			return a, true
		}
	}
	return algorithm{}, false
}

var (
	newHashParams    = expr.NewParams("__hash_new", "name data?")
	newHashSignature = signature{fn: "new()", names: []string{"name", "string", "usedforsecurity"}, required: 1, pos: 2}
)

// hashlibNew is new(name, data, **of_the_algorithm).
func hashlibNew(t *expr.Thread, a expr.Args) (expr.Object, error) {
	var name expr.Object
	var data expr.Object = value.Bytes("")
	own, rest := expr.Args{Pos: a.Pos}, expr.Args{}
	for i, keyword := range a.Names {
		to := &rest
		if keyword == "name" || keyword == "data" {
			to = &own
		}
		to.Names, to.Named = append(to.Names, keyword), append(to.Named, a.Named[i])
	}
	if err := newHashParams.Bind(own, &name, &data); err != nil {
		return nil, err
	}
	if _, err := expr.Hash(t, name); err != nil {
		return nil, err
	}
	s, isText := name.(value.Str)
	if ty, ok := blake2Types[string(s)]; ok && isText {
		rest.Pos = []expr.Object{data}
		return ty.New(t, rest)
	}
	rest.Pos = []expr.Object{name, data}
	var security expr.Object
	if err := newHashSignature.bind(rest, &name, &data, &security); err != nil {
		return nil, err
	}
	if !isText {
		return nil, expr.TypeError("name must be a string")
	}
	algo, ok := find(string(s))
	if !ok {
		return nil, expr.ValueError("unsupported hash type %s", string(s))
	}
	return algo.begun(t, data)
}
