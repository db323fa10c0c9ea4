package secure_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"althing/fault"
	"althing/secure"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must happen.
const patience = 10 * time.Second

// made makes a certificate for names.
func made(t testing.TB, names ...string) tls.Certificate {
	t.Helper()
	file := filepath.Join(t.TempDir(), "made.pem")
	text, err := secure.Make(names...)
	if err == nil {
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	c, err := secure.Read(file, file)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// signed makes a certificate for this machine that ends at a time and is signed by
// authority, or by itself.
func signed(t testing.TB, ends time.Time, authority *tls.Certificate) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(ends.Unix()), Subject: pkix.Name{CommonName: "test"},
		NotBefore: ends.Add(-time.Hour), NotAfter: ends, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: authority == nil, BasicConstraintsValid: true,
	}
	parent, signer := c, any(key)
	if authority != nil {
		parent, signer = authority.Leaf, authority.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// trusting is a client's configuration that trusts one authority.
func trusting(authority tls.Certificate, shown ...tls.Certificate) *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(authority.Leaf)
	return &tls.Config{RootCAs: pool, Certificates: shown}
}

// meet has a server and a client shake hands over loopback and exchange a word.
// It gives the address, and what each side makes of it.
func meet(t testing.TB, server, client *tls.Config) (addr string, accepted, connected error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		nc, err := l.Accept()
		if err != nil {
			done <- err
			return
		}
		defer nc.Close()
		first := make([]byte, 5)
		if _, err := io.ReadFull(nc, first); err != nil || !secure.Begins(first) {
			done <- errors.Join(err, errors.New("it does not begin with TLS"))
			return
		}
		c, err := secure.Accept(ctx, nc, first, server)
		if err == nil {
			_, err = io.Copy(c, c)
		}
		done <- err
	}()
	addr = l.Addr().String()
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	c, connected := secure.Connect(ctx, nc, addr, client)
	if connected == nil {
		word := make([]byte, 5)
		_, connected = io.WriteString(c, "hello")
		if connected == nil {
			_, connected = io.ReadFull(c, word)
		}
		connected = secure.Explain(connected, addr)
		c.Close()
		if connected == nil && string(word) != "hello" {
			t.Errorf("%q came back", word)
		}
	}
	nc.Close()
	return addr, <-done, connected
}

func TestTrust(t *testing.T) {
	own, other := made(t, "127.0.0.1"), made(t, "127.0.0.1")
	elsewhere := made(t, "elsewhere.example")
	authority := signed(t, time.Now().Add(time.Hour), nil)
	expired := signed(t, time.Now().Add(-time.Minute), &authority)
	client := signed(t, time.Now().Add(time.Hour), &authority)
	clients := x509.NewCertPool()
	clients.AddCert(authority.Leaf)
	pinned := func(c tls.Certificate, shown ...tls.Certificate) *tls.Config {
		return secure.Of(c).Pin(&tls.Config{Certificates: shown})
	}
	const untrusted = "cannot be trusted; compare its fingerprint "
	tests := []struct {
		name           string
		server, client *tls.Config
		want           []string // parts of the client's error; none: it succeeds
	}{
		{"pinned", secure.Serve(own, nil), pinned(own), nil},
		{"pinned, without more", secure.Serve(own, nil), secure.Of(own).Pin(nil), nil},
		{"another", secure.Serve(other, nil), pinned(own), []string{secure.Of(own).String(), secure.Of(other).String(), "another one"}},
		{"pinned, expired", secure.Serve(expired, nil), pinned(expired), nil},
		{"pinned, another name", secure.Serve(elsewhere, nil), pinned(elsewhere), nil},
		{"unknown", secure.Serve(own, nil), &tls.Config{RootCAs: x509.NewCertPool()}, []string{untrusted + secure.Of(own).String(), "unknown authority"}},
		{"known", secure.Serve(own, nil), trusting(own), nil},
		{"signed", secure.Serve(client, nil), trusting(authority), nil},
		{"expired", secure.Serve(expired, nil), trusting(authority), []string{untrusted + secure.Of(expired).String(), "expired"}},
		{"another name", secure.Serve(elsewhere, nil), trusting(elsewhere), []string{untrusted, "127.0.0.1"}},
		{"client known", secure.Serve(own, clients), pinned(own, client), nil},
		{"client without a certificate", secure.Serve(own, clients), pinned(own), []string{"refuses the connection", "certificate required"}},
		{"client expired", secure.Serve(own, clients), pinned(own, expired), []string{"refuses the connection"}},
		{"client unknown", secure.Serve(own, clients), pinned(own, other), []string{"refuses the connection", "certificate"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			addr, accepted, connected := meet(t, test.server, test.client)
			if len(test.want) == 0 {
				if accepted != nil || connected != nil {
					t.Errorf("the server says %v, the client %v", accepted, connected)
				}
				return
			}
			if !fault.Is(connected, fault.Denied) || accepted == nil {
				t.Fatalf("the server says %v, the client %v", accepted, connected)
			}
			for _, part := range test.want {
				if !strings.Contains(connected.Error(), part) {
					t.Errorf("%q does not hold %q", connected, part)
				}
			}
			if !strings.Contains(connected.Error(), addr) && !strings.Contains(connected.Error(), "another one") {
				t.Errorf("%q does not say where", connected)
			}
		})
	}
}

// TestMade looks at a certificate that was made.
func TestMade(t *testing.T) {
	c := made(t, secure.OwnNames()...)
	for _, name := range []string{"localhost", "127.0.0.1", "::1"} {
		if err := c.Leaf.VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
	if now := time.Now(); now.Add(-50*365*24*time.Hour).Before(c.Leaf.NotBefore) || now.AddDate(1000, 0, 0).After(c.Leaf.NotAfter) {
		t.Errorf("it is valid from %v to %v", c.Leaf.NotBefore, c.Leaf.NotAfter)
	}
	if again := made(t); again.Leaf.SerialNumber.Cmp(c.Leaf.SerialNumber) == 0 || secure.Of(again) == secure.Of(c) {
		t.Error("two certificates are equal")
	}
}

func TestFingerprint(t *testing.T) {
	f := secure.Of(made(t))
	text := f.String()
	if len(text) != 32*3-1 || strings.ToUpper(text) != text {
		t.Errorf("%q is no fingerprint", text)
	}
	for _, form := range []string{text, " " + strings.ToLower(text) + "\n", strings.ReplaceAll(text, ":", ""), strings.ReplaceAll(text, ":", " ")} {
		if got, err := secure.ParseFingerprint(form); err != nil || got != f {
			t.Errorf("%q is read as %v, %v", form, got, err)
		}
	}
	for _, wrong := range []string{"", "AB:CD", text + ":00", "G" + text[1:], strings.Repeat("x", 1000)} {
		if _, err := secure.ParseFingerprint(wrong); !fault.Is(err, fault.Invalid) || len(err.Error()) > 300 {
			t.Errorf("%.50q: %v", wrong, err)
		}
	}
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	text, err := secure.Make("localhost")
	if err != nil {
		t.Fatal(err)
	}
	another, err := secure.Make("localhost")
	if err != nil {
		t.Fatal(err)
	}
	certificate, key := split(t, text)
	_, anotherKey := split(t, another)
	write := func(name string, text []byte) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	both, one, two := write("both", text), write("certificate", certificate), write("key", key)
	wrong, empty := write("another", anotherKey), write("empty", nil)
	tests := []struct {
		certificate, key string
		want             string // a part of the error
	}{
		{both, both, ""},
		{one, two, ""},
		{both, two, ""},
		{one, wrong, "private key does not match"},
		{one, one, "no certificate is in"},
		{two, two, "no certificate is in"},
		{empty, empty, "no certificate is in"},
		{filepath.Join(dir, "nosuch"), two, "nosuch"},
	}
	for _, test := range tests {
		_, err := secure.Read(test.certificate, test.key)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s, %s: %v", test.certificate, test.key, err)
		}
	}
	if _, err := secure.Read("nosuch", "nosuch"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if _, err := secure.ReadAuthorities(one); err != nil {
		t.Error(err)
	}
	for _, file := range []string{two, empty, "nosuch"} {
		if _, err := secure.ReadAuthorities(file); err == nil || !strings.Contains(err.Error(), filepath.Base(file)) {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// split gives the two parts of a PEM file.
func split(t *testing.T, text []byte) (certificate, key []byte) {
	t.Helper()
	block, rest := pem.Decode(text)
	if block == nil {
		t.Fatal("no PEM")
	}
	return pem.EncodeToMemory(block), rest
}

// TestBoundedHandshake sends the longest handshake that TLS knows, and nothing
// behind its beginning.
func TestBoundedHandshake(t *testing.T) {
	server, client := net.Pipe()
	defer server.Close()
	defer client.Close()
	done := make(chan error, 1)
	go func() {
		_, err := secure.Accept(t.Context(), server, nil, secure.Serve(made(t), nil))
		server.Close()
		done <- err
	}()
	hello := []byte{1, 0, 0xFF, 0xFF, 3, 3} // a greeting of 64 KiB
	sent := 0
	for record := hello; ; record = make([]byte, 1024) {
		n, err := client.Write(append([]byte{0x16, 3, 1, byte(len(record) >> 8), byte(len(record))}, record...))
		if sent += n; err != nil {
			break
		}
	}
	if err := <-done; !fault.Is(err, fault.Denied) || !strings.Contains(err.Error(), "may have") {
		t.Errorf("after %d bytes: %v", sent, err)
	}
	if sent > 20<<10 {
		t.Errorf("%d bytes were read", sent)
	}
}

// FuzzAccept has a server read anything instead of a handshake.
func FuzzAccept(f *testing.F) {
	config := secure.Serve(made(f, "localhost"), nil)
	f.Add([]byte{0x16})
	f.Add([]byte("\x16\x03\x01\x00\x04\x01\x00\x00\x00"))
	f.Add([]byte("\x16\x03\x01\xff\xff"))
	f.Add([]byte("\x16 garbage\n"))
	f.Fuzz(func(t *testing.T, sent []byte) {
		server, client := net.Pipe()
		go func() {
			client.Write(sent)
			client.Close()
		}()
		go io.Copy(io.Discard, client)
		c, err := secure.Accept(context.Background(), server, nil, config)
		if err == nil {
			t.Errorf("% x is a handshake with %v", sent, c)
		}
		server.Close()
	})
}
