package network

import (
	"crypto/ed25519"
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf8"

	"althing/fault"
)

// Record is what a hub says of itself. It is signed by the hub, and immutable.
type Record struct {
	Name     string
	Parent   ID     // empty: it has none
	Sequence uint64 // of two records of a hub the one with the higher is the newer
	Run      string // another one at each start of the hub, by which a copy of it shows
	Session  string // the addresses of its ports, host:port; empty: it has none
	Text     string
	Version  string

	key    ed25519.PublicKey
	id     ID
	packed string
}

// ID gives the ID of the hub that signed the record.
func (r *Record) ID() ID { return r.id }

// Key gives the public key of the hub that signed the record.
func (r *Record) Key() ed25519.PublicKey { return r.key }

// Packed gives the record with its signature, as it travels and as it is kept.
func (r *Record) Packed() []byte { return []byte(r.packed) }

const (
	recordPurpose = "record 1"
	recordFormat  = 1
	// maxField is the longest text in a record: a name of 60 characters in UTF-8,
	// or an address.
	maxField = 255
	// MaxRecord is the longest record in bytes.
	MaxRecord = 1 + ed25519.PublicKeySize + 8 + 6*(1+maxField) + ed25519.SignatureSize
	// longestName keeps name@hub readable.
	longestName = 60
)

// Record makes a record of the hub whose key it is.
func (i *Identity) Record(r Record) (*Record, error) {
	packed := append([]byte{recordFormat}, i.Public()...)
	packed = binary.BigEndian.AppendUint64(packed, r.Sequence)
	for _, text := range []string{r.Name, string(r.Parent), r.Run, r.Session, r.Text, r.Version} {
		if len(text) > maxField {
			return nil, fault.New(fault.Limit, "a text in the record of a hub has at most %d bytes, not %d", maxField, len(text))
		}
		packed = append(append(packed, byte(len(text))), text...)
	}
	return Unpack(append(packed, i.Sign(recordPurpose, packed)...))
}

var errNoRecord = fault.New(fault.Invalid, "what came is no record of a hub; the hub that sent it may be of another version")

// Unpack reads a record from its packed form, and checks that it was signed by the
// hub that it is about.
func Unpack(packed []byte) (*Record, error) {
	if len(packed) > MaxRecord || len(packed) < 1+ed25519.PublicKeySize+8+ed25519.SignatureSize || packed[0] != recordFormat {
		return nil, errNoRecord
	}
	content, signature := packed[:len(packed)-ed25519.SignatureSize], packed[len(packed)-ed25519.SignatureSize:]
	r := &Record{key: ed25519.PublicKey(content[1 : 1+ed25519.PublicKeySize]), packed: string(packed)}
	rest := content[1+ed25519.PublicKeySize:]
	r.Sequence, rest = binary.BigEndian.Uint64(rest), rest[8:]
	var parent string
	for _, text := range []*string{&r.Name, &parent, &r.Run, &r.Session, &r.Text, &r.Version} {
		if len(rest) == 0 || len(rest) < 1+int(rest[0]) {
			return nil, errNoRecord
		}
		*text, rest = string(rest[1:1+rest[0]]), rest[1+rest[0]:]
		if strings.ContainsFunc(*text, unprintable) || !utf8.ValidString(*text) {
			return nil, errNoRecord
		}
	}
	r.Parent, r.id = ID(parent), IDOf(r.key)
	if len(rest) > 0 || r.Parent == r.id || r.Parent != "" && len(r.Parent) != idLength || CheckName(r.Name) != nil ||
		!signed(r.key, recordPurpose, content, signature) {
		return nil, errNoRecord
	}
	return r, nil
}

// Names of hubs that mean something else behind an '@'.
const (
	ParentName = "parent" // the hub's parent
	EveryName  = "*"      // every hub of the tree
)

// unfit are the characters that divide name@path/of/hubs, are wildcards in it, or
// would end a text that it stands in.
const unfit = `@/*?,'"\`

// CheckName says what is wrong with the name of a hub, or nil: it has 1 to 60
// characters, all of which can be seen, and none that divides name@path/of/hubs.
func CheckName(name string) error {
	n := utf8.RuneCountInString(name)
	switch {
	case n < 1 || n > longestName || !utf8.ValidString(name):
		return fault.New(fault.Invalid, "the name of a hub has 1 to %d characters, not %d", longestName, n)
	case name == ParentName:
		return fault.New(fault.Invalid, "a hub cannot be named '%s': behind an @ that is the hub above", name)
	case strings.TrimSpace(name) != name:
		return fault.New(fault.Invalid, "the name of a hub begins and ends with no blank")
	}
	for _, c := range name {
		if unprintable(c) || strings.ContainsRune(unfit, c) {
			return fault.New(fault.Invalid, "the name of a hub is without @ / * ? , quotes and invisible characters; %q is in %q", c, name)
		}
	}
	return nil
}

// FitName makes a name that a hub can have of one that it may not, such as that of
// a machine.
func FitName(name string) string {
	name = strings.Map(func(c rune) rune {
		if unprintable(c) || strings.ContainsRune(unfit, c) || c == utf8.RuneError {
			return '-'
		}
		return c
	}, strings.TrimSpace(name))
	if utf8.RuneCountInString(name) > longestName {
		name = strings.TrimSpace(string([]rune(name)[:longestName]))
	}
	if name == "" || name == ParentName {
		return "hub"
	}
	return name
}

func unprintable(c rune) bool { return !unicode.IsPrint(c) }
