package network

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"net"
	"strconv"
	"strings"

	"althing/fault"
	"althing/secure"
)

// Token lets hubs join below the hub that made it. Its text is shown once; the
// hub keeps what proves it.
type Token struct {
	ID  string // by which it is listed and withdrawn: not secret
	key [sha256.Size]byte
}

const (
	tokenIDLength     = 6
	tokenSecretLength = 26 // 128 bits
	// mostTokens bounds the tokens of one hub.
	mostTokens = 1000
)

// NewToken makes a token, and the text to paste at the other hub.
func NewToken() (t Token, text string) {
	chance := strings.ToLower(rand.Text())
	id := chance[:tokenIDLength]
	text = id + strings.ToLower(rand.Text())[:tokenSecretLength]
	t, _ = ParseToken(text)
	return t, text
}

// ParseToken reads a token's text.
func ParseToken(text string) (Token, error) {
	if len(text) != tokenIDLength+tokenSecretLength || strings.ContainsFunc(text, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < '2' || c > '7')
	}) {
		return Token{}, fault.New(fault.Invalid, "that is no token: one has %d letters and digits, and 'althing token' at the other hub makes it", tokenIDLength+tokenSecretLength)
	}
	return Token{text[:tokenIDLength], sha256.Sum256([]byte("althing token\x00" + text))}, nil
}

// ParseParent reads what 'althing token' prints for --parent: TOKEN@host:4000, or
// inside a tree an address alone. Behind the token may stand the fingerprint of the
// parent's certificate: TOKEN+ABCD…@host:4000. The token that it gives has that, too.
func ParseParent(line string) (address, token string, err error) {
	address = line
	if i := strings.LastIndexByte(line, '@'); i >= 0 {
		token, address = line[:i], line[i+1:]
		if err := checkCredential(token); err != nil {
			return "", "", err
		}
	}
	host, port, err := net.SplitHostPort(address)
	if n, wrong := strconv.ParseUint(port, 10, 16); err != nil || wrong != nil || host == "" || n == 0 {
		return "", "", fault.New(fault.Invalid, "a parent is TOKEN@host:port, as 'althing token' prints it there") // not the line: a token may be in it
	}
	return address, token, nil
}

// checkCredential says what is wrong with what stands before the @ of a parent.
func checkCredential(text string) error {
	secret, pin := cutPin(text)
	if pin != "" {
		if _, err := secure.ParseFingerprint(pin); err != nil {
			return fault.New(fault.Invalid, "what follows the + of a parent is the fingerprint of its certificate")
		}
	}
	if secret == "" && pin != "" {
		return nil // a hub of the tree, by its certificate
	}
	_, err := ParseToken(secret)
	return err
}

// cutPin divides a token from the fingerprint behind it.
func cutPin(token string) (secret, pin string) {
	secret, pin, _ = strings.Cut(token, "+")
	return secret, pin
}

// Line gives what is to be pasted behind --parent of the hub that is to come by a
// token. The fingerprint is that of this hub's certificate; empty: it has none.
func Line(token, fingerprint, address string) string {
	if fingerprint != "" {
		token += "+" + strings.ReplaceAll(fingerprint, ":", "")
	}
	return token + "@" + address
}

// proof proves that the token is known, for one side of one handshake.
func (t Token) proof(side string, transcript []byte) []byte {
	mac := hmac.New(sha256.New, t.key[:])
	mac.Write([]byte(side + "\x00"))
	mac.Write(transcript)
	return mac.Sum(nil)
}

// transcript is what both sides of a handshake have said, as they sign it.
func transcript(child, parent ID, childNonce, parentNonce []byte) []byte {
	sum := sha256.New()
	for _, part := range [][]byte{[]byte(child), []byte(parent), childNonce, parentNonce} {
		sum.Write([]byte{byte(len(part))})
		sum.Write(part)
	}
	return sum.Sum(nil)
}

// nonceLength is the chance that each side brings to a handshake.
const nonceLength = 16

func nonce() []byte {
	b := make([]byte, nonceLength)
	_, _ = rand.Read(b) // never fails
	return b
}
