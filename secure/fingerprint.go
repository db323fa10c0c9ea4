package secure

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"encoding/hex"
	"strings"

	"althing/fault"
)

// Fingerprint is the SHA-256 of a certificate.
type Fingerprint [sha256.Size]byte

// Of gives the fingerprint of a certificate.
func Of(c tls.Certificate) Fingerprint { return sha256.Sum256(c.Certificate[0]) }

// ParseFingerprint reads what String has written, and forms of it that others
// show: without the colons, with blanks, in small letters.
func ParseFingerprint(text string) (f Fingerprint, err error) {
	digits := strings.NewReplacer(":", "", " ", "").Replace(strings.TrimSpace(text))
	b, err := hex.DecodeString(digits)
	if err != nil || len(b) != len(f) {
		return f, fault.New(fault.Invalid, "a fingerprint is %d pairs of the digits 0 to 9 and A to F, not '%.120s'", len(f), text)
	}
	return Fingerprint(b), nil
}

// String is the fingerprint as openssl and browsers show it: AB:CD:…
func (f Fingerprint) String() string {
	var text strings.Builder
	for i, b := range f {
		if i > 0 {
			text.WriteByte(':')
		}
		text.WriteString(strings.ToUpper(hex.EncodeToString([]byte{b})))
	}
	return text.String()
}

// Pin gives a client's configuration that trusts the server with that
// certificate and no other, whoever has signed it and whatever dates and names
// stand in it. All else is as in config, which may be nil.
func (f Fingerprint) Pin(config *tls.Config) *tls.Config {
	pinned := &tls.Config{}
	if config != nil {
		pinned = config.Clone()
	}
	pinned.InsecureSkipVerify = true // the next line takes its place
	pinned.VerifyConnection = func(state tls.ConnectionState) error {
		if shown := Fingerprint(sha256.Sum256(state.PeerCertificates[0].Raw)); subtle.ConstantTimeCompare(shown[:], f[:]) == 0 {
			return fault.New(fault.Denied, "the server has the fingerprint %s, not %s: it is another one, or has a new certificate", shown, f)
		}
		return nil
	}
	return pinned
}
