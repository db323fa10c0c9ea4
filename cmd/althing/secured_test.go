package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"althing/datadir"
	"althing/secure"
)

// verb runs a verb in this process.
func verb(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = run(args, strings.NewReader(""), &out, &errs)
	return status, out.String(), errs.String()
}

// TestTLS talks to a hub that is known by its fingerprint, before and after it was
// started again.
func TestTLS(t *testing.T) {
	data := t.TempDir()
	hub, address := startHub(t, data, "--tls")
	found, err := hub.out.await(`--fingerprint (\S+)`, hub.ended)
	if err != nil {
		t.Fatal(err)
	}
	pin := found[1]
	if status, out, _ := verb("fingerprint", "--data", data); status != exitOK || out != pin+"\n" {
		t.Errorf("the verb shows %q, the banner %s", out, pin)
	}
	info, err := os.Stat(filepath.Join(data, certificateFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the certificate's file: %v, %v", info, err)
	}
	secured := []string{"--hub", address, "--fingerprint", pin}
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"set", "a", "56"}, ""},
		{[]string{"get", "a"}, "56"},
		{[]string{"eval", "1 +\\\n1"}, "2"}, // on a connection of its own
		{[]string{"status"}, "mode on, fingerprint " + pin},
		{[]string{"groups"}, ""},
	} {
		status, out, errs := verb(append(test.args, secured...)...)
		if status != exitOK || !strings.Contains(out, test.want) {
			t.Errorf("%v: status %d, %s%s", test.args, status, out, errs)
		}
	}
	if status, out, _ := verb("get", "a", "--hub", address); status != exitOK || out != "56\n" {
		t.Errorf("without TLS: status %d, %s", status, out)
	}
	other := "00" + pin[2:]
	refused := []struct {
		args   []string
		status int
		want   []string
	}{
		{[]string{"--hub", address, "--fingerprint", other}, exitRefused, []string{pin, other}},
		{[]string{"--hub", "tls://" + address}, exitRefused, []string{pin, "cannot be trusted"}},
		{[]string{"--hub", address, "--fingerprint", "AB"}, exitUsage, []string{"32 pairs"}},
		{[]string{"--hub", address, "--certificate", "x.pem"}, exitUsage, []string{"--fingerprint"}},
		{[]string{"--hub", address, "--fingerprint", pin, "--certificate", "nosuch.pem"}, exitError, []string{"nosuch.pem"}},
	}
	for _, test := range refused {
		status, _, errs := verb(append([]string{"get", "a"}, test.args...)...)
		if status != test.status {
			t.Errorf("%v: status %d, %s", test.args, status, errs)
		}
		for _, part := range test.want {
			if !strings.Contains(errs, part) {
				t.Errorf("%v: %q does not hold %q", test.args, errs, part)
			}
		}
	}
	hub.stop(t)
	_, address = startHub(t, data, "--tls=only")
	if status, out, errs := verb("get", "a", "--hub", address, "--fingerprint", pin); status != exitOK || out != "56\n" {
		t.Errorf("after a restart: status %d, %s%s", status, out, errs)
	}
}

// TestTLSWithClientCertificates lets clients in that one certificate vouches for:
// its own.
func TestTLSWithClientCertificates(t *testing.T) {
	dir := t.TempDir()
	file := func(name string) string {
		text, err := secure.Make("localhost", "127.0.0.1")
		if err == nil {
			err = datadir.WriteFile(filepath.Join(dir, name), text)
		}
		if err != nil {
			t.Fatal(err)
		}
		return filepath.Join(dir, name)
	}
	own, client, stranger := file("own.pem"), file("client.pem"), file("stranger.pem")
	c, err := secure.Read(own, own)
	if err != nil {
		t.Fatal(err)
	}
	hub, address := startHub(t, t.TempDir(), "--tls=only", "--tls-cert", own, "--tls-client-ca", client)
	pin := secure.Of(c).String()
	if _, err := hub.out.await(regexp.QuoteMeta(pin), hub.ended); err != nil {
		t.Error(err)
	}
	get := []string{"eval", "1 + 1", "--hub", address, "--fingerprint", pin}
	if status, out, errs := verb(append(get, "--certificate", client)...); status != exitOK || out != "2\n" {
		t.Errorf("with the certificate: status %d, %s%s", status, out, errs)
	}
	for _, shown := range [][]string{nil, {"--certificate", stranger}} {
		if status, _, errs := verb(append(get, shown...)...); status != exitRefused || !strings.Contains(errs, "refuses the connection") {
			t.Errorf("with %v: status %d, %s", shown, status, errs)
		}
	}
}

func TestTLSSettings(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.pem")
	if err := os.WriteFile(broken, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"--tls=yes"}, exitUsage, "off, on or only, not 'yes'"},
		{[]string{"--tls-cert", "x"}, exitUsage, "--tls-cert: of no use without --tls"},
		{[]string{"--tls", "--tls-key", "x"}, exitUsage, "--tls-key: of no use without --tls-cert"},
		{[]string{"--tls", "--tls-client-ca", "x"}, exitUsage, "--tls=only"},
		{[]string{"--tls", "--tls-cert", "nosuch.pem"}, exitError, "nosuch.pem"},
		{[]string{"--tls", "--tls-cert", broken}, exitError, "broken.pem"},
		{[]string{"--tls=only", "--tls-client-ca", broken}, exitError, "broken.pem' holds no certificate"},
	} {
		args := append([]string{"serve", "--data", filepath.Join(dir, "data"), "--text", "127.0.0.1:0", "--log-level", "error"}, test.args...)
		if status, _, errs := verb(args...); status != test.status || !strings.Contains(errs, test.want) {
			t.Errorf("%v: status %d, %s", test.args, status, errs)
		}
	}
	if status, _, errs := verb("fingerprint", "--data", dir); status != exitNotFound || !strings.Contains(errs, "althing serve --tls") {
		t.Errorf("no certificate: status %d, %s", status, errs)
	}
	if err := os.WriteFile(filepath.Join(dir, "data", certificateFile), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	status, _, errs := verb("serve", "--data", filepath.Join(dir, "data"), "--text", "off", "--tls", "--log-level", "error")
	if status != exitError || !strings.Contains(errs, "another fingerprint") {
		t.Errorf("a damaged certificate: status %d, %s", status, errs)
	}
}
