package access_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"althing/access"
	"althing/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestRights is the table of rights once more, as the specification has it.
func TestRights(t *testing.T) {
	all := []access.Act{
		access.Ask, access.Read, access.Write, access.Enter, access.Send, access.SQLRead, access.SQLWrite,
		access.Function, access.Record, access.Command, access.UserFunction, access.Manage, access.AdminFunction,
	}
	for _, c := range []struct {
		rule   string
		guests access.Guests
		role   access.Role
		may    []access.Act
	}{
		{"full is the seeds' openness: all but what is an administrator's", access.Full, access.Guest, all[:10]},
		{"read: no writes, sends, SQL that changes, functions or commands", access.ReadOnly, access.Guest, []access.Act{access.Ask, access.Read, access.Enter, access.SQLRead}},
		{"none: nothing", access.Nothing, access.Guest, nil},
		{"a user may the same however open the hub is", access.Nothing, access.User, all[:11]},
		{"a user is no administrator", access.Full, access.User, all[:11]},
		{"an administrator may everything", access.Nothing, access.Admin, all},
	} {
		a := openAt(t, t.TempDir(), access.Options{Guests: c.guests})
		may := map[access.Act]bool{}
		for _, act := range c.may {
			may[act] = true
		}
		for _, act := range all {
			err := a.May(c.role, act)
			if (err == nil) != may[act] {
				t.Errorf("%s: act %d gives %v", c.rule, act, err)
			}
			if err != nil && (!fault.Is(err, fault.Denied) || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "admin")) {
				t.Errorf("%s: act %d: not one line that says what would be needed: %v", c.rule, act, err)
			}
		}
	}
}

func TestParseGuests(t *testing.T) {
	for text, want := range map[string]access.Guests{"full": access.Full, "read": access.ReadOnly, "none": access.Nothing} {
		if got, err := access.ParseGuests(text); err != nil || got != want || got.String() != text {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "Full", "some", "full "} {
		if _, err := access.ParseGuests(text); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "full, read or none") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// clock is a time that a test moves.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

// openAt opens rights with a quiet log and few wrong keys.
func openAt(t *testing.T, dir string, o access.Options) *access.Access {
	t.Helper()
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Limits.WrongKeys = 3
	a, err := access.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestKeyIsMadeOnceAndKeptHashed(t *testing.T) {
	dir := t.TempDir()
	first := openAt(t, dir, access.Options{})
	key := first.Made()
	if len(key) < 26 || strings.ContainsAny(key, " ,()'\"\\") {
		t.Errorf("the key %q cannot be written into a command, or is short", key)
	}
	if err := first.Check("a", key); err != nil {
		t.Error(err)
	}
	kept, err := os.ReadFile(filepath.Join(dir, "admin-key"))
	if err != nil || strings.Contains(string(kept), key) {
		t.Errorf("the folder keeps %q, %v", kept, err)
	}
	info, err := os.Stat(filepath.Join(dir, "admin-key"))
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the file: %v, %v", info, err)
	}
	second := openAt(t, dir, access.Options{})
	if second.Made() != "" || second.Open() {
		t.Error("a second start made a key again")
	}
	if err := second.Check("a", key); err != nil {
		t.Error(err)
	}
	other, err := access.NewKey(dir)
	if err != nil || other == key {
		t.Errorf("a new key: %q, %v", other, err)
	}
	third := openAt(t, dir, access.Options{})
	if err := third.Check("a", key); !fault.Is(err, fault.Denied) {
		t.Errorf("the old key gives %v", err)
	}
	if err := third.Check("a", other); err != nil {
		t.Error(err)
	}
}

// Every flipped bit of the kept hash is found at the start.
func TestDamagedKeyFile(t *testing.T) {
	dir := t.TempDir()
	openAt(t, dir, access.Options{})
	file := filepath.Join(dir, "admin-key")
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		for bit := range 8 {
			damaged := bytes.Clone(whole)
			damaged[i] ^= 1 << bit
			if err := os.WriteFile(file, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := access.Open(dir, access.Options{}); err == nil || !strings.Contains(err.Error(), "althing admin-key") {
				t.Fatalf("bit %d of byte %d: %v", bit, i, err)
			}
		}
	}
	for _, text := range []string{"", "sha256", "sha256 zz zz zz", string(whole) + "x"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := access.Open(dir, access.Options{}); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

func TestKeyFromAFile(t *testing.T) {
	for _, c := range []struct {
		rule, text string
		key        string // "" with open: the key is empty
		open       bool
		refused    string
	}{
		{"white space around it does not count", "  my long secret key\r\n\n", "my long secret key", false, ""},
		{"an empty file makes everyone an administrator", "", "", true, ""},
		{"so does one with nothing but white space", " \n", "", true, ""},
		{"unicode is as good", "Schlüssel-zum-Thing", "Schlüssel-zum-Thing", false, ""},
		{"two lines are no key", "one\ntwo", "", false, "more than one line"},
		{"a binary file is no key", "a\x00b\xff", "", false, "more than one line"},
		{"a book is no key", strings.Repeat("x", 2000), "", false, "longer than 1024 bytes"},
	} {
		file := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		a, err := access.Open(t.TempDir(), access.Options{KeyFile: file, Limits: access.DefaultLimits(), Log: slog.New(slog.DiscardHandler)})
		if c.refused != "" {
			if err == nil || !strings.Contains(err.Error(), c.refused) || !strings.Contains(err.Error(), file) {
				t.Errorf("%s: %v", c.rule, err)
			}
			continue
		}
		if err != nil || a.Open() != c.open || a.Made() != "" {
			t.Errorf("%s: open %v, %v", c.rule, a.Open(), err)
		}
		if err := a.Check("x", c.key); err != nil {
			t.Errorf("%s: %v", c.rule, err)
		}
		if err := a.Check("x", "another"); !fault.Is(err, fault.Denied) {
			t.Errorf("%s: another key gives %v", c.rule, err)
		}
	}
	if _, err := access.Open(t.TempDir(), access.Options{KeyFile: "/nowhere/key"}); err == nil || !strings.Contains(err.Error(), "/nowhere/key") {
		t.Errorf("no such file: %v", err)
	}
	if err := openAt(t, t.TempDir(), access.Options{}).Check("x", ""); !fault.Is(err, fault.Denied) {
		t.Errorf("an empty key opens a hub that has one: %v", err)
	}
}

func TestWrongKeysAreCounted(t *testing.T) {
	time0 := &clock{time.Unix(1e9, 0)}
	a := openAt(t, t.TempDir(), access.Options{Now: time0.Now})
	for range 3 {
		if err := a.Check("bad", "guess"); err == nil || err.Error() != "Adminkey incorrect" {
			t.Fatal(err)
		}
	}
	if err := a.Check("bad", a.Made()); err == nil || !strings.Contains(err.Error(), "too many wrong keys") {
		t.Errorf("the right key after too many wrong ones: %v", err)
	}
	if err := a.Check("good", a.Made()); err != nil {
		t.Errorf("another address suffers: %v", err)
	}
	time0.now = time0.now.Add(time.Minute)
	if err := a.Check("bad", a.Made()); err != nil {
		t.Errorf("after a minute: %v", err)
	}
	// Addresses without end: they are not all remembered, and do not get more
	// guesses each.
	denied := 0
	for i := range 20_000 {
		if err := a.Check(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}).String(), "guess"); err.Error() != "Adminkey incorrect" {
			denied++
		}
	}
	if denied < 9_000 {
		t.Errorf("of 20,000 addresses %d were refused", denied)
	}
	time0.now = time0.now.Add(time.Minute)
	if err := a.Check("late", a.Made()); err != nil {
		t.Errorf("a minute later: %v", err)
	}
}

func TestRedact(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte("open (sesame), 'please'"), 0o600); err != nil {
		t.Fatal(err)
	}
	a := openAt(t, t.TempDir(), access.Options{KeyFile: file})
	for in, want := range map[string]string{
		"nothing to hide":                                    "nothing to hide",
		"the key is open (sesame), 'please'!":                "the key is ***!",
		"s.getadmin(XYZ)":                                    "s.getadmin(***)",
		"S.GetAdmin ( XYZ )":                                 "S.GetAdmin (***)",
		"send('i','SYSTEM','s.getadmin(XYZ)')":               "send('i','SYSTEM','s.getadmin(***)",
		"admin('XYZ', 's.info()')":                           "admin(***)",
		"admin('X)Y', 's.info()') + 'a'":                     "admin(***",
		"s.setadminkey(XYZ":                                  "s.setadminkey(***",
		"admin(\n'XYZ'":                                      "admin(***",
		"administrators (all of them) and sysadmin":          "administrators (all of them) and sysadmin",
		"first s.getadmin(ABC), then s.getadmin(XYZ) and so": "first s.getadmin(***",
	} {
		got := a.Redact(in)
		if strings.Contains(got, "XYZ") || strings.Contains(got, "sesame") || !strings.HasPrefix(got, strings.TrimSuffix(want, ")")) {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
}

// A key that is only known by its hash is blanked once it was given.
func TestRedactLearnsTheKey(t *testing.T) {
	dir := t.TempDir()
	key, err := access.NewKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	a := openAt(t, dir, access.Options{})
	if err := a.Check("x", key); err != nil {
		t.Fatal(err)
	}
	if got := a.Redact("key=" + key); got != "key=***" {
		t.Error(got)
	}
}

func TestAudit(t *testing.T) {
	var log bytes.Buffer
	a := openAt(t, t.TempDir(), access.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	a.Audit("10.0.0.7", "s.kickuser(lamp) with "+a.Made())
	a.Check("10.0.0.8", "wrong-guess-123")
	text := log.String()
	for _, want := range []string{"audit.from=10.0.0.7", "audit.act=", "s.kickuser(lamp)", "time=", "from=10.0.0.8"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in %s", want, text)
		}
	}
	if strings.Contains(text, a.Made()) || strings.Contains(text, "wrong-guess-123") {
		t.Errorf("a key stands in the log: %s", text)
	}
}

func TestConns(t *testing.T) {
	lan, other, here := netip.MustParseAddr("192.168.1.7"), netip.MustParseAddr("192.168.1.8"), netip.MustParseAddr("::1")
	c := access.NewConns(access.Limits{Conns: 5, ConnsPerHost: 2})
	enter := func(from netip.Addr) func() {
		t.Helper()
		leave, err := c.Enter(from)
		if err != nil {
			t.Fatal(err)
		}
		return leave
	}
	first := enter(lan)
	enter(netip.MustParseAddr("::ffff:192.168.1.7")) // the same, as IPv6 writes it
	if _, err := c.Enter(lan); !fault.Is(err, fault.Full) || !strings.Contains(err.Error(), "your address") {
		t.Errorf("a third from one address: %v", err)
	}
	enter(other)
	enter(here)
	enter(here)
	if _, err := c.Enter(here); !fault.Is(err, fault.Full) || !strings.Contains(err.Error(), "all the 5") {
		t.Errorf("a sixth in all: %v", err)
	}
	first()
	enter(lan)
	if c.Len() != 5 {
		t.Errorf("%d are counted", c.Len())
	}
}

func TestConnsTogether(t *testing.T) {
	c := access.NewConns(access.Limits{Conns: 50, ConnsPerHost: 10})
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			from := netip.AddrFrom4([4]byte{10, 0, 0, byte(i % 4)})
			for range 1000 {
				if leave, err := c.Enter(from); err == nil {
					leave()
				}
			}
		})
	}
	all.Wait()
	if c.Len() != 0 {
		t.Errorf("%d are left", c.Len())
	}
}

func TestGate(t *testing.T) {
	g := access.NewGate(1)
	if err := g.Enter(context.Background()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := g.Enter(ctx); !fault.Is(err, fault.Timeout) {
		t.Errorf("no place, and no time: %v", err)
	}
	entered := make(chan error)
	go func() { entered <- g.Enter(context.Background()) }()
	g.Leave()
	if err := <-entered; err != nil {
		t.Error(err)
	}
	g.Leave()
}

func TestSetKey(t *testing.T) {
	dir := t.TempDir()
	a := openAt(t, dir, access.Options{})
	for _, key := range []string{"", " padded key", "two\nlines", "\xff\xff", strings.Repeat("x", 2000)} {
		if err := a.SetKey(key); !fault.Is(err, fault.Invalid) {
			t.Errorf("%.20q: %v", key, err)
		}
	}
	if err := a.SetKey("open,(sesame)"); err != nil {
		t.Fatal(err)
	}
	for name, a := range map[string]*access.Access{"now": a, "after a restart": openAt(t, dir, access.Options{})} {
		if err := a.Check("x", "open,(sesame)"); err != nil {
			t.Errorf("%s the new key: %v", name, err)
		}
		if err := a.Check("x", "sesame"); !fault.Is(err, fault.Denied) {
			t.Errorf("%s another key: %v", name, err)
		}
	}
	if got := a.Redact("it is open,(sesame)"); got != "it is ***" {
		t.Errorf("shown as %q", got)
	}
	file := filepath.Join(dir, "own")
	if err := os.WriteFile(file, []byte("the key of a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := openAt(t, dir, access.Options{KeyFile: file}).SetKey("another key"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("with a key file: %v", err)
	}
}
