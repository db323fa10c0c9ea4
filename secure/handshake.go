package secure

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"

	"althing/fault"
	"althing/wire"
)

const (
	// firstByte is what a connection begins with that is TLS: a record of the
	// handshake. No protocol of text does.
	firstByte = 0x16
	// maxHandshake is how many bytes a client may send before it is known: two
	// kilobytes are usual, a chain of its certificates is a few more. TLS itself
	// would keep 64 KiB of a handshake that never ends.
	maxHandshake = 16 << 10
)

// Begins reports whether a connection that begins with first is TLS.
func Begins(first []byte) bool { return len(first) > 0 && first[0] == firstByte }

// Is reports whether what is said over nc is secured by TLS already.
func Is(nc net.Conn) bool {
	for {
		if _, ok := nc.(*tls.Conn); ok {
			return true
		}
		above, ok := nc.(interface{ NetConn() net.Conn })
		if !ok {
			return false
		}
		nc = above.NetConn()
	}
}

// ErrPlain is the answer to whoever comes from another machine and does not
// begin with TLS, where that is asked for.
var ErrPlain = fault.New(fault.Denied, "only programs on its own machine may talk to this server without TLS")

// Serve gives a server's configuration. When clients is not nil, who connects
// must show a certificate that one of these authorities has signed.
func Serve(c tls.Certificate, clients *x509.CertPool) *tls.Config {
	config := &tls.Config{Certificates: []tls.Certificate{c}, MinVersion: tls.VersionTLS12} // 1.2 is what small devices have
	if clients != nil {
		config.ClientAuth, config.ClientCAs = tls.RequireAndVerifyClientCert, clients
	}
	return config
}

// Accept shakes hands with a client that has connected and begun with first.
// When it fails, or ctx ends before, it has told the client and closed nc.
func Accept(ctx context.Context, nc net.Conn, first []byte, config *tls.Config) (net.Conn, error) {
	begun := &unknown{Conn: wire.Ahead(nc, first), left: maxHandshake}
	c := tls.Server(begun, config)
	if err := c.HandshakeContext(ctx); err != nil {
		wire.Linger(nc) // a client whose certificate is refused sends on until it has read that
		return nil, fault.Wrap(err, fault.Denied, "the TLS handshake has failed")
	}
	begun.known = true
	return c, nil
}

// unknown is a connection of a client that has not finished its handshake.
type unknown struct {
	net.Conn
	known bool
	left  int // bytes that may still be read before
}

func (u *unknown) Read(p []byte) (int, error) {
	if u.known {
		return u.Conn.Read(p)
	}
	if u.left == 0 {
		return 0, errTooLong
	}
	n, err := u.Conn.Read(p[:min(len(p), u.left)])
	u.left -= n
	return n, err
}

var errTooLong = fault.New(fault.Limit, "a TLS handshake may have %d bytes", maxHandshake)

// Connect shakes hands with the server at the other end of nc. addr is the
// "host:port" where it was dialled: unless config says otherwise, its certificate
// must be of that host. Errors that are package fault's can be shown to people;
// others are the network's. The caller closes nc when it fails.
func Connect(ctx context.Context, nc net.Conn, addr string, config *tls.Config) (net.Conn, error) {
	if config.ServerName == "" {
		config = config.Clone()
		config.ServerName, _, _ = net.SplitHostPort(addr) // what has no port was not dialled
	}
	c := tls.Client(nc, config)
	err := c.HandshakeContext(ctx)
	if errors.Is(err, io.EOF) {
		return nil, fault.Wrap(err, fault.Unavailable, "what answers at %s hangs up during the TLS handshake; perhaps it does not speak TLS", addr)
	}
	if err != nil {
		return nil, Explain(err, addr)
	}
	return c, nil
}

// Explain words why a connection to the server at addr has failed, when TLS is
// the reason: also that of a later read, for only then does a server refuse a
// client's certificate.
func Explain(err error, addr string) error {
	if untrusted, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		shown := Fingerprint(sha256.Sum256(untrusted.UnverifiedCertificates[0].Raw))
		return fault.Wrap(untrusted.Err, fault.Denied, "the certificate of %s cannot be trusted; compare its fingerprint %s with the one that its owner knows, and give it", addr, shown)
	}
	if said, ok := errors.AsType[*net.OpError](err); ok && said.Op == "remote error" { // so the library marks it
		return fault.Wrap(said.Err, fault.Denied, "%s refuses the connection", addr)
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return fault.Wrap(err, fault.Unavailable, "what answers at %s does not speak TLS", addr)
	}
	return err
}
