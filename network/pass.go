package network

import (
	"crypto/ed25519"

	"althing/fault"
)

// Pass says that a hub belongs to a tree: its root has signed it. With it the hub
// moves inside its tree without a token.
type Pass struct {
	Root  ID
	Hub   ID
	Token string // by which the hub came: when that is withdrawn, so is the pass

	packed string
}

const passPurpose = "pass 1"

// NewPass signs a pass; the hub that does is the root.
func (i *Identity) NewPass(hub ID, token string) (Pass, error) {
	if len(token) > maxField {
		return Pass{}, errNoPass
	}
	content := append(append([]byte{}, i.Public()...), hub...)
	content = append(append(content, byte(len(token))), token...)
	return UnpackPass(append(content, i.Sign(passPurpose, content)...))
}

var errNoPass = fault.New(fault.Invalid, "what came is no pass to a tree of hubs")

// UnpackPass reads a pass from its packed form, and checks that its root signed it.
func UnpackPass(packed []byte) (Pass, error) {
	const fixed = ed25519.PublicKeySize + idLength + 1
	if len(packed) < fixed+ed25519.SignatureSize {
		return Pass{}, errNoPass
	}
	content, signature := packed[:len(packed)-ed25519.SignatureSize], packed[len(packed)-ed25519.SignatureSize:]
	key := ed25519.PublicKey(content[:ed25519.PublicKeySize])
	if len(content) != fixed+int(content[fixed-1]) || !signed(key, passPurpose, content, signature) {
		return Pass{}, errNoPass
	}
	return Pass{
		Root: IDOf(key), Hub: ID(content[ed25519.PublicKeySize : fixed-1]), Token: string(content[fixed:]), packed: string(packed),
	}, nil
}

// Packed gives the pass as it travels and as it is kept.
func (p Pass) Packed() []byte { return []byte(p.packed) }
