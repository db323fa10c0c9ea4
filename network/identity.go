package network

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"strings"

	"althing/fault"
)

// ID is who a hub is, for as long as it keeps its key: 16 letters and digits made
// of its public key. That many cannot be met by trying keys (80 bits).
type ID string

const (
	idBytes  = 10
	idLength = 16
)

var idLetters = base32.StdEncoding.WithPadding(base32.NoPadding)

// IDOf gives the ID that belongs to a public key.
func IDOf(key ed25519.PublicKey) ID {
	sum := sha256.Sum256(key)
	return ID(strings.ToLower(idLetters.EncodeToString(sum[:idBytes])))
}

// Identity is a hub's private key. It may be used concurrently.
type Identity struct {
	key ed25519.PrivateKey
	id  ID
}

// NewIdentity makes a key that nobody else has.
func NewIdentity() (*Identity, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return identity(key), nil
}

func identity(key ed25519.PrivateKey) *Identity {
	return &Identity{key, IDOf(key.Public().(ed25519.PublicKey))}
}

// ID gives the hub's ID.
func (i *Identity) ID() ID { return i.id }

// Public gives the public key.
func (i *Identity) Public() ed25519.PublicKey { return i.key.Public().(ed25519.PublicKey) }

// Sign signs a text for one purpose: what is signed for one is worth nothing for
// another.
func (i *Identity) Sign(purpose string, content []byte) []byte {
	return ed25519.Sign(i.key, purposed(purpose, content))
}

// signed reports whether the owner of a key signed a text for a purpose.
func signed(key ed25519.PublicKey, purpose string, content, signature []byte) bool {
	return len(key) == ed25519.PublicKeySize && ed25519.Verify(key, purposed(purpose, content), signature)
}

func purposed(purpose string, content []byte) []byte {
	return append([]byte("althing "+purpose+"\x00"), content...)
}

// pemType names the private key in its file, and idHeader the ID that belongs to
// it, by which damage shows.
const (
	pemType  = "ALTHING HUB KEY"
	idHeader = "ID"
)

// OpenIdentity reads the key in a file, and makes one when there is none. write
// keeps a file for its owner alone.
func OpenIdentity(file string, write func(file string, data []byte) error) (*Identity, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		i, err := NewIdentity()
		if err != nil {
			return nil, err
		}
		return i, write(file, pem.EncodeToMemory(&pem.Block{
			Type: pemType, Headers: map[string]string{idHeader: string(i.id)}, Bytes: i.key.Seed(),
		}))
	}
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil || block.Type != pemType || len(block.Bytes) != ed25519.SeedSize {
		return nil, errKey
	}
	i := identity(ed25519.NewKeyFromSeed(block.Bytes))
	if block.Headers[idHeader] != string(i.id) {
		return nil, errKey
	}
	return i, nil
}

// ErrDamaged is wrapped by the errors of files that are not as they were written.
var ErrDamaged = errors.New("a file is not as it was written")

var errKey = fault.Wrap(ErrDamaged, fault.Invalid,
	"the key of the hub is damaged: bring hub.key back from a backup, or run 'althing repair', and the hub is another one to its tree")
