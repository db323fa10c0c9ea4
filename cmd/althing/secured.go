package main

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"althing/datadir"
	"althing/fault"
	"althing/secure"
	"althing/value"
)

// certificateFile is where the data folder keeps the certificate that was made
// for the hub, and its key.
const certificateFile = "tls.pem"

// The words of --tls.
const (
	tlsOff  = "off"
	tlsOn   = "on"
	tlsOnly = "only"
)

// tlsFlags are the settings of a hub's TLS.
type tlsFlags struct{ mode, certificate, key, clientCA string }

func (f *tlsFlags) add(flags *pflag.FlagSet) {
	f.mode = tlsOff
	flags.Var(choice{&f.mode, []string{tlsOff, tlsOn, tlsOnly}}, "tls", "on, or nothing behind it: let clients in with TLS, too; only: other machines' with nothing else; off")
	flags.Lookup("tls").NoOptDefVal = tlsOn
	flags.StringVar(&f.certificate, "tls-cert", "", "the `file` with the hub's certificate, and behind it those that lead to its authority (default one that is made at the first start with --tls)")
	flags.StringVar(&f.key, "tls-key", "", "the `file` with its key (default the certificate's)")
	flags.StringVar(&f.clientCA, "tls-client-ca", "", "let only clients in that show a certificate signed by one of those in this `file`")
}

// check refuses settings that would leave a hub less guarded than they look.
func (f *tlsFlags) check() error {
	switch {
	case f.key != "" && f.certificate == "":
		return usagef("--tls-key: of no use without --tls-cert")
	case f.certificate != "" && f.mode == tlsOff:
		return usagef("--tls-cert: of no use without --tls")
	case f.clientCA != "" && f.mode != tlsOnly:
		return usagef("--tls-client-ca: give --tls=only too; who comes in without TLS shows no certificate")
	}
	return nil
}

// security is how a hub's gateways are secured; the zero value is not at all.
type security struct {
	config      *tls.Config
	only        bool // clients of other machines must begin with TLS
	fingerprint secure.Fingerprint
}

// open reads the certificates. Without one of the owner's own, it makes one in the
// data folder, which is the running hub's.
func (f *tlsFlags) open(data string, log *slog.Logger) (s security, err error) {
	if f.mode == tlsOff {
		return s, nil
	}
	var own tls.Certificate
	if f.certificate == "" {
		own, err = keptCertificate(data)
	} else {
		own, err = secure.Read(f.certificate, cmp.Or(f.key, f.certificate))
	}
	if err != nil {
		return s, err
	}
	if ends := own.Leaf.NotAfter; time.Now().After(ends) {
		log.Warn("the hub's certificate has run out; only clients that know its fingerprint still trust it", "file", f.certificate, "ended", ends)
	}
	var clients *x509.CertPool
	if f.clientCA != "" {
		if clients, err = secure.ReadAuthorities(f.clientCA); err != nil {
			return s, err
		}
	}
	return security{config: secure.Serve(own, clients), only: f.mode == tlsOnly, fingerprint: secure.Of(own)}, nil
}

// keptCertificate reads the certificate that the data folder keeps, which is made
// when there is none.
func keptCertificate(data string) (tls.Certificate, error) {
	file := filepath.Join(data, certificateFile)
	c, err := secure.Read(file, file)
	if fault.Is(err, fault.Invalid) {
		return c, fault.Wrap(err, fault.Invalid, "the file '%s' is damaged; without it, the hub makes a new certificate, with another fingerprint", file)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return c, err
	}
	text, err := secure.Make(secure.OwnNames()...)
	if err == nil {
		err = datadir.WriteFile(file, text)
	}
	if err != nil {
		return c, fault.Wrap(err, fault.Unavailable, "a certificate cannot be made in '%s'", data)
	}
	return secure.Read(file, file)
}

func newFingerprint() *cobra.Command {
	var f dataFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "fingerprint",
		Short: "show the fingerprint of the hub's certificate",
		Long: `Shows the fingerprint of the certificate that the first 'althing serve --tls' made
in the data folder of a hub on this machine. Clients that are given it trust this
hub and no other; it stays the same for as long as the file tls.pem does.`,
		Example: "  althing fingerprint\n  althing get door.open --hub garden --fingerprint AB:CD:…",
		Args:    exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := f.find(c); err != nil {
				return err
			}
			file := filepath.Join(f.data, certificateFile)
			made, err := secure.Read(file, file)
			if errors.Is(err, fs.ErrNotExist) {
				return fault.New(fault.NotFound, "there is no certificate in '%s'; 'althing serve --tls' makes one", f.data)
			}
			if err != nil {
				return err
			}
			return printNamed(c.OutOrStdout(), "fingerprint", value.Str(secure.Of(made).String()), asJSON)
		},
	}
	f.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print an object with the fingerprint")
	return c
}
