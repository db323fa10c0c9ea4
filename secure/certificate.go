// Package secure is TLS as this project uses it: certificates, which are made
// here or read from files, the fingerprints by which clients recognise them, and
// the handshake of either side.
package secure

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"strings"
	"time"

	"althing/fault"
)

// The PEM blocks of a certificate and its key.
const (
	pemCertificate = "CERTIFICATE"
	pemKey         = "PRIVATE KEY"
)

// notBefore and notAfter make a certificate that is always valid, whatever the
// clock of a device without a battery says, and that no device has to be told
// of anew: it ends with its file. The latter is RFC 5280's "no end".
var (
	notBefore = time.Unix(0, 0)
	notAfter  = time.Date(9999, time.December, 31, 23, 59, 59, 0, time.UTC)
)

// Make makes a certificate that signs itself, for a server with the given names
// and addresses or for a client, and its key: the text of one PEM file with both.
func Make(names ...string) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial := make([]byte, 16)
	rand.Read(serial)
	c := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial),
		Subject:      pkix.Name{CommonName: "althing"},
		NotBefore:    notBefore, NotAfter: notAfter,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			c.IPAddresses = append(c.IPAddresses, ip)
		} else {
			c.DNSNames = append(c.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		return nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: pemCertificate, Bytes: der})
	return append(text, pem.EncodeToMemory(&pem.Block{Type: pemKey, Bytes: secret})...), nil
}

// OwnNames are the names and addresses by which this machine can be reached.
func OwnNames() []string {
	names := []string{"localhost", "127.0.0.1", "::1"}
	if host, err := os.Hostname(); err == nil && isASCII(host) && host != "localhost" {
		names = append(names, host)
	}
	addrs, _ := net.InterfaceAddrs() // none is as good as unknown
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
			names = append(names, n.IP.String())
		}
	}
	return names
}

// isASCII reports whether a certificate can hold a name.
func isASCII(name string) bool {
	return name != "" && strings.IndexFunc(name, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// Read reads a certificate, with those between it and its authority behind it,
// and its key, from two PEM files or from one. The error of a file that is not
// there is also fs.ErrNotExist.
func Read(certificate, key string) (c tls.Certificate, err error) {
	texts := [2][]byte{}
	for i, file := range []string{certificate, key} {
		if texts[i], err = os.ReadFile(file); err != nil {
			return c, fault.Wrap(err, fault.Unavailable, "the certificate cannot be read")
		}
	}
	if c, err = tls.X509KeyPair(texts[0], texts[1]); err != nil {
		return c, fault.Wrap(err, fault.Invalid, "no certificate is in '%s' whose key is in '%s'", certificate, key)
	}
	return c, nil
}

// ReadAuthorities reads the certificates of the authorities that sign those of
// others, from a PEM file.
func ReadAuthorities(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "the certificates cannot be read")
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fault.New(fault.Invalid, "'%s' holds no certificate", file)
	}
	return pool, nil
}
