package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestItIsTheSameTwice packs for one kind of machine, twice, and looks at what came
// of it.
func TestItIsTheSameTwice(t *testing.T) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("it packs for linux-amd64 and runs what it has packed")
	}
	t.Chdir("../..")
	var packed [2]map[string][]byte
	for i := range packed {
		folder := t.TempDir()
		if err := pack(folder, []string{"linux-amd64"}); err != nil {
			t.Fatal(err)
		}
		packed[i] = map[string][]byte{}
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if packed[i][e.Name()], err = os.ReadFile(filepath.Join(folder, e.Name())); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(packed[0]) != 4 {
		t.Errorf("%d files were made", len(packed[0]))
	}
	for name, content := range packed[0] {
		if !bytes.Equal(content, packed[1][name]) {
			t.Errorf("%s is not the same again", name)
		}
		switch {
		case strings.HasSuffix(name, ".tar.gz"):
			lookAtArchive(t, content)
		case strings.HasSuffix(name, ".deb"):
			lookAtPackage(t, content)
		case strings.HasSuffix(name, ".json"):
			lookAtBill(t, content)
		}
		if sum := fmt.Sprintf("%x  %s\n", sha256.Sum256(content), name); name != "SHA256SUMS" && !strings.Contains(string(packed[0]["SHA256SUMS"]), sum) {
			t.Errorf("SHA256SUMS lacks %s", sum)
		}
	}
}

func lookAtArchive(t *testing.T, content []byte) {
	t.Helper()
	plain, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	modes := map[string]int64{}
	for archive := tar.NewReader(plain); ; {
		head, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		folder, name, _ := strings.Cut(head.Name, "/")
		if !strings.HasPrefix(folder, "althing-") || head.Uid != 0 {
			t.Errorf("%s, user %d", head.Name, head.Uid)
		}
		modes[name] = head.Mode
		text, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		if home, _ := os.UserHomeDir(); strings.HasPrefix(name, "man/") && home != "/" && bytes.Contains(text, []byte(home)) {
			t.Errorf("%s names the folder of whoever made it", name)
		}
	}
	for name, mode := range map[string]int64{
		"althing": 0o755, "LICENSE": 0o644, "README.md": 0o644, "THIRD-PARTY.txt": 0o644, "docs/raspberry-pi.md": 0o644, "docs/grafana.json": 0o644, "docs/images/overview-desktop-light.png": 0o644, "man/althing-serve.1": 0o644,
		"completions/_althing": 0o644, "clients/python/share.py": 0o644, "althing.service": 0o644, "docs/": 0o755,
	} {
		if got, there := modes[name]; !there || got != mode {
			t.Errorf("%s is there: %v, mode %o", name, there, got)
		}
	}
}

func lookAtPackage(t *testing.T, content []byte) {
	t.Helper()
	dpkg, err := exec.LookPath("dpkg-deb")
	if err != nil {
		t.Skip("dpkg-deb is not here")
	}
	dir := t.TempDir()
	deb, root := filepath.Join(dir, "althing.deb"), filepath.Join(dir, "root")
	if err := os.WriteFile(deb, content, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--raw-extract", deb, root}, {"--show", "--showformat=${Package} ${Architecture} ${Depends}\n", deb}} {
		out, err := exec.Command(dpkg, args...).CombinedOutput()
		if err != nil || len(out) > 0 && string(out) != "althing amd64 systemd\n" {
			t.Fatalf("dpkg-deb %v: %v\n%s", args, err, out)
		}
	}
	unit, err := os.ReadFile(filepath.Join(root, "usr/lib/systemd/system/althing.service"))
	if err != nil || !strings.Contains(string(unit), "\nExecStart=/usr/bin/althing serve --config /etc/althing/althing.toml\n") {
		t.Errorf("the unit: %v\n%s", err, unit)
	}
	for _, script := range []string{"postinst", "prerm", "postrm"} {
		if out, err := exec.Command("sh", "-n", filepath.Join(root, "DEBIAN", script)).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", script, err, out)
		}
	}
	check := exec.Command("md5sum", "--check", "--quiet", "DEBIAN/md5sums")
	check.Dir = root
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("md5sums: %v\n%s", err, out)
	}
	out, err := exec.Command(filepath.Join(root, "usr/bin/althing"), "--version").CombinedOutput()
	if r, failed := newRelease(); err != nil || failed != nil || string(out) != "althing version "+r.version+"\n" {
		t.Errorf("it says %q, %v, %v; it is %s", out, err, failed, r.version)
	}
	out, err = exec.Command(filepath.Join(root, "usr/bin/althing"), "config", "check", filepath.Join(root, "etc/althing/althing.toml")).CombinedOutput()
	if err != nil {
		t.Errorf("the settings: %v\n%s", err, out)
	}
}

func lookAtBill(t *testing.T, content []byte) {
	t.Helper()
	var bill struct {
		Format     string `json:"bomFormat"`
		Components []struct {
			Name, Version, Purl string
			Licenses            []struct{ License struct{ ID string } }
		}
	}
	if err := json.Unmarshal(content, &bill); err != nil || bill.Format != "CycloneDX" {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, c := range bill.Components {
		if len(c.Licenses) == 0 || c.Version == "" || !strings.HasPrefix(c.Purl, "pkg:golang/") && c.Purl != "pkg:npm/"+c.Name+"@"+c.Version {
			t.Errorf("of %s is known only %+v", c.Name, c)
			continue
		}
		found[c.Name] = c.Licenses[0].License.ID
	}
	for name, license := range map[string]string{"std": "BSD-3-Clause", "modernc.org/sqlite": "BSD-3-Clause", "github.com/nats-io/nats-server/v2": "Apache-2.0", "github.com/BurntSushi/toml": "MIT"} {
		if found[name] != license {
			t.Errorf("%s is under %q", name, found[name])
		}
	}
}

func TestDebiansArchives(t *testing.T) {
	got := ar([]file{{name: "debian-binary", content: []byte("2.0\n")}, {name: "odd", content: []byte("x")}}, time.Unix(7, 0))
	want := "!<arch>\n" +
		"debian-binary   7           0     0     100644  4         `\n2.0\n" +
		"odd             7           0     0     100644  1         `\nx\n"
	if string(got) != want {
		t.Errorf("%q", got)
	}
}

func TestWhatTargetsThereAre(t *testing.T) {
	if err := pack(t.TempDir(), []string{"plan9-386"}); err == nil || !strings.Contains(err.Error(), "linux-armv6") {
		t.Error(err)
	}
}
