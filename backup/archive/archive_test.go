package archive_test

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"althing/backup/archive"
	"althing/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var made = time.Date(2026, 11, 22, 7, 30, 0, 0, time.UTC)

// content are the parts of the archives of these tests, in order.
var content = []struct {
	name, text string
	program    bool
}{
	{"snapshot", strings.Repeat("state ", 300), false},
	{"log", "records", false},
	{"sql.db", strings.Repeat("\x00page", 1024), false}, // whole blocks
	{"files/functions/weather", "#!/bin/sh\n", true},
	{"files/empty", "", false},
}

// sample is a whole archive.
func sample(tb testing.TB) []byte {
	tb.Helper()
	var b bytes.Buffer
	a, err := archive.New(&b, archive.Head{Althing: "1.2.3", Data: 1, Hub: "barn", Made: made, Revision: 42})
	if err != nil {
		tb.Fatal(err)
	}
	for _, p := range content {
		if err := a.Add(archive.Part{Name: p.name, Size: int64(len(p.text)), Program: p.program}, writes(p.text)); err != nil {
			tb.Fatal(err)
		}
	}
	if err := a.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func writes(text string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	whole := sample(t)
	f, err := archive.Check(bytes.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	if want := (archive.Head{Althing: "1.2.3", Data: 1, Hub: "barn", Made: made, Revision: 42}); fmt.Sprint(f.Head) != fmt.Sprint(want) || f.Size != int64(len(whole)) {
		t.Errorf("it says %+v and %d bytes", f.Head, f.Size)
	}
	if len(f.Parts) != len(content) {
		t.Fatalf("it has the parts %v", f.Parts)
	}
	for i, p := range content {
		part, ok := f.Open(bytes.NewReader(whole), p.name)
		if !ok || f.Parts[i].Name != p.name || f.Parts[i].Program != p.program {
			t.Fatalf("part %d is %+v", i, f.Parts[i])
		}
		if text, err := io.ReadAll(part); string(text) != p.text || err != nil {
			t.Errorf("%s is %.40q, %v", p.name, text, err)
		}
	}
	var parts []archive.Part
	for _, p := range f.Parts {
		parts = append(parts, archive.Part{Name: p.Name, Size: p.Size})
	}
	if head := int64(len(whole)) - archive.Length(parts); head != 2*512 {
		t.Errorf("of %d bytes, %d are not foreseen", len(whole), head)
	}
}

// A file that other tools can unpack and check needs no althing to be read.
func TestOtherToolsReadIt(t *testing.T) {
	for _, tool := range []string{"tar", "sha256sum"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("there is no", tool)
		}
	}
	unpack := exec.Command("tar", "xf", "-")
	unpack.Dir, unpack.Stdin = t.TempDir(), bytes.NewReader(sample(t))
	if said, err := unpack.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	check := exec.Command("sha256sum", "--check", "--strict", "SHA256SUMS")
	check.Dir = filepath.Join(unpack.Dir, "althing-backup-1")
	if said, err := check.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, said)
	}
	if info, err := os.Stat(filepath.Join(check.Dir, "files/functions/weather")); err != nil || info.Mode() != 0o700 {
		t.Errorf("a program is %v, %v", info, err)
	}
}

// Every bit counts: whichever is flipped, the file is refused, with the place.
func TestEveryFlippedBitIsFound(t *testing.T) {
	whole := sample(t)
	for at := range whole {
		damaged := bytes.Clone(whole)
		damaged[at] ^= 1 << (at % 8)
		_, err := archive.Check(bytes.NewReader(damaged))
		if !errors.Is(err, archive.ErrDamaged) || !fault.Is(err, fault.Invalid) {
			t.Fatalf("a flip of byte %d of %d: %v", at, len(whole), err)
		}
	}
}

func TestEveryCutIsFound(t *testing.T) {
	whole := sample(t)
	for at := range whole {
		if _, err := archive.Check(bytes.NewReader(whole[:at])); !errors.Is(err, archive.ErrDamaged) {
			t.Fatalf("cut off at byte %d of %d: %v", at, len(whole), err)
		}
	}
	if _, err := archive.Check(bytes.NewReader(append(whole, 0))); !errors.Is(err, archive.ErrDamaged) {
		t.Errorf("a byte too many: %v", err)
	}
}

// What is wrong is named.
func TestDamageIsNamed(t *testing.T) {
	whole := sample(t)
	at := bytes.Index(whole, []byte("state state"))
	damaged := bytes.Clone(whole)
	damaged[at+5]++
	for _, c := range []struct{ file, want string }{
		{string(damaged), "in snapshot, at or before byte 12800, something has changed: the backup is damaged"},
		{string(whole[:at+5]), "in snapshot, at or before byte 1541, it is cut off: the backup is damaged"},
		{"", "it does not begin as the backup of a hub does: the backup is damaged"},
		{"just a text", "it does not begin as the backup of a hub does: the backup is damaged"},
		{strings.Repeat("PK\x03\x04", 4096), "it does not begin as the backup of a hub does: the backup is damaged"},
	} {
		if _, err := archive.Check(strings.NewReader(c.file)); err == nil || err.Error() != c.want {
			t.Errorf("%.20q: %v", c.file, err)
		}
	}
}

// forged makes an archive with other tools: entries as they are given, and the
// right sums behind them.
func forged(t *testing.T, entries ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	var sums strings.Builder
	w := tar.NewWriter(&b)
	add := func(h tar.Header, text string) {
		h.Size, h.Format = int64(len(text)), tar.FormatGNU
		if h.Typeflag != 0 && h.Typeflag != tar.TypeReg {
			h.Size = 0
		}
		if h.Mode == 0 {
			h.Mode = 0o600
		}
		h.ModTime = made
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, text[:h.Size])
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256([]byte(text[:h.Size])), strings.TrimPrefix(h.Name, "althing-backup-1/"))
	}
	add(tar.Header{Name: "althing-backup-1/backup.json"}, `{"althing":"1"}`)
	for _, h := range entries {
		add(h, "text")
	}
	add(tar.Header{Name: "althing-backup-1/SHA256SUMS"}, sums.String())
	w.Close()
	return bytes.TrimRight(b.Bytes(), "\x00")
}

// Whoever forges a file gets sums and checksums right; what its names could do is
// refused all the same.
func TestHostileEntriesAreRefused(t *testing.T) {
	const dir = "althing-backup-1/"
	for _, h := range []tar.Header{
		{Name: dir + "../../etc/passwd"},
		{Name: dir + "files/../../x"},
		{Name: dir + "/etc/passwd"},
		{Name: "/etc/passwd"},
		{Name: "elsewhere/x"},
		{Name: dir + `files\..\x`},
		{Name: dir + "files/C:x"},
		{Name: dir + "files/a\x1b[2Jb"},
		{Name: dir + "files/" + strings.Repeat("n", 200)},
		{Name: dir + "files/./x"},
		{Name: dir + "files//x"},
		{Name: dir},
		{Name: dir + "files/x", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"},
		{Name: dir + "files/x", Typeflag: tar.TypeLink, Linkname: dir + "backup.json"},
		{Name: dir + "files/x/", Typeflag: tar.TypeDir},
		{Name: dir + "files/x", Typeflag: tar.TypeFifo},
		{Name: dir + "files/x", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3},
		{Name: dir + "files/x", Mode: 0o4755},
		{Name: dir + "files/x", Uid: 1000},
		{Name: dir + "backup.json"},
		{Name: dir + "files/x", Uname: "root"},
	} {
		if _, err := archive.Check(bytes.NewReader(append(forged(t, h), make([]byte, 2048)...))); !errors.Is(err, archive.ErrDamaged) {
			t.Errorf("%q %c: %v", h.Name, h.Typeflag, err)
		}
	}
	if archive.CheckName("files/functions/weather report.py") != nil {
		t.Error("a usual name is refused")
	}
}

// A size that no disk has costs nothing to claim, and nothing to refuse.
func TestHugeSizes(t *testing.T) {
	for _, size := range []int64{1 << 40, 1 << 60} {
		var b bytes.Buffer
		a, err := archive.New(&b, archive.Head{Althing: "1", Made: made})
		if err != nil {
			t.Fatal(err)
		}
		enough := errors.New("enough")
		if err := a.Add(archive.Part{Name: "sql.db", Size: size}, func(io.Writer) error { return enough }); !errors.Is(err, enough) {
			t.Fatal(err)
		}
		if _, err := archive.Check(&b); !errors.Is(err, archive.ErrDamaged) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

func TestANewerFormatIsNamed(t *testing.T) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	head := `{"althing":"7.1","colour":"new"}`
	if err := w.WriteHeader(&tar.Header{Name: "althing-backup-2/backup.json", Size: int64(len(head)), Mode: 0o600}); err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, head)
	_, err := archive.Check(bytes.NewReader(b.Bytes()))
	if err == nil || errors.Is(err, archive.ErrDamaged) || err.Error() != `it was made by a newer althing ("7.1"); use that one, or a newer still` {
		t.Errorf("a newer format: %v", err)
	}
}

func TestAPartMustBeAsLongAsItSays(t *testing.T) {
	for _, size := range []int64{0, 3, 5} {
		a, err := archive.New(io.Discard, archive.Head{})
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Add(archive.Part{Name: "log", Size: size}, writes("four")); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%d bytes were promised: %v", size, err)
		}
	}
}

// failing ends with an error of its own.
type failing struct{ io.Reader }

func (f failing) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = os.ErrPermission
	}
	return n, err
}

// A disk that cannot be read is no damaged backup.
func TestAReadersErrorIsItsOwn(t *testing.T) {
	_, err := archive.Check(failing{bytes.NewReader(sample(t)[:3000])})
	if !errors.Is(err, os.ErrPermission) || errors.Is(err, archive.ErrDamaged) {
		t.Errorf("a reader that fails: %v", err)
	}
}

func FuzzCheck(f *testing.F) {
	whole := sample(f)
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add(whole[:512])
	f.Add([]byte{})
	for _, at := range []int{100, 130, 156, 700, 1200, len(whole) - 1500} {
		damaged := bytes.Clone(whole)
		damaged[at]++
		f.Add(damaged)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := archive.Check(bytes.NewReader(data))
		if err != nil {
			return
		}
		// What is taken is what this package would write.
		var again bytes.Buffer
		a, err := archive.New(&again, file.Head)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range file.Parts {
			part, _ := file.Open(bytes.NewReader(data), p.Name)
			if err := a.Add(p, func(w io.Writer) error { _, err := io.Copy(w, part); return err }); err != nil {
				t.Fatal(err)
			}
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		if len(again.Bytes()) == 0 {
			t.Error("nothing was written again")
		}
	})
}
