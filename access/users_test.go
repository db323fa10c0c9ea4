package access_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"althing/access"
	"althing/fault"
)

func addUser(t *testing.T, dir, name string) (key string) {
	t.Helper()
	key, err := access.AddUser(dir, name)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestUsers(t *testing.T) {
	dir := t.TempDir()
	var logged bytes.Buffer
	a := openAt(t, dir, access.Options{Guests: access.Nothing, Log: slog.New(slog.NewTextHandler(&logged, nil))})
	anna, bob := addUser(t, dir, "anna"), addUser(t, dir, "bob-2")
	if len(anna) != 26 || anna == bob {
		t.Errorf("the keys are %q and %q", anna, bob)
	}
	proof, err := a.Prove("x", anna)
	if err != nil || proof.Role() != access.User || proof.String() != "user anna" {
		t.Fatalf("anna's key proves %v, %v", proof, err)
	}
	if admin, err := a.Prove("x", a.Made()); err != nil || admin.Role() != access.Admin || admin.String() != "admin" {
		t.Errorf("the admin key proves %v, %v", admin, err)
	}
	if err := a.Check("y", anna); err == nil {
		t.Error("a user's key is taken for the admin key")
	}
	if _, err := access.AddUser(dir, "anna"); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second anna: %v", err)
	}
	// Removed and added at once, as after a key was lost: the old one is gone.
	if err := access.RemoveUser(dir, "anna"); err != nil {
		t.Fatal(err)
	}
	again := addUser(t, dir, "anna")
	if proof.Look(); proof.Role() != access.Guest {
		t.Error("a key that was taken back still makes a user")
	}
	if _, err := a.Prove("x", anna); !fault.Is(err, fault.Denied) {
		t.Errorf("anna's former key: %v", err)
	}
	if proof, err = a.Prove("x", again); err != nil || proof.Role() != access.User {
		t.Errorf("anna's new key proves %v, %v", proof, err)
	}
	if text := a.Redact("keys " + again + " and " + a.Made()); text != "keys *** and ***" {
		t.Errorf("people are shown %s", text)
	}
	for _, key := range []string{anna, again, bob, a.Made()} {
		if strings.Contains(logged.String(), key) {
			t.Error("a key stands in the log")
		}
	}
	if !strings.Contains(logged.String(), `msg="a user's key was taken back" user=anna`) {
		t.Errorf("the log says\n%s", &logged)
	}
	var nobody *access.Proof
	if nobody.Look(); nobody.Role() != access.Guest {
		t.Error("no proof makes more than a guest")
	}
}

func TestTheFolderOfUsers(t *testing.T) {
	dir := t.TempDir()
	if users, err := access.Users(dir); err != nil || len(users) != 0 {
		t.Errorf("a folder without users has %v, %v", users, err)
	}
	if err := access.RemoveUser(dir, "anna"); !fault.Is(err, fault.NotFound) {
		t.Errorf("removing nobody: %v", err)
	}
	for _, name := range []string{"", "-anna", "../anna", "a/b", "a.b", "a b", "anna\n", strings.Repeat("a", 61), "añna"} {
		if _, err := access.AddUser(dir, name); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", name, err)
		}
		if err := access.RemoveUser(dir, name); !fault.Is(err, fault.Invalid) {
			t.Errorf("removing %q: %v", name, err)
		}
	}
	key := addUser(t, dir, "anna")
	file := filepath.Join(dir, "users", "anna")
	hash, err := os.ReadFile(file)
	if err != nil || bytes.Contains(hash, []byte(key)) {
		t.Fatalf("the folder keeps %s, %v", hash, err)
	}
	for _, path := range []string{file, filepath.Dir(file)} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v", path, info, err)
		}
	}
	hash[10] ^= 1
	if err := os.WriteFile(file, hash, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "users", ".note"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	users, err := access.Users(dir)
	if err != nil || len(users) != 1 || !users[0].Damaged || users[0].Name != "anna" || users[0].Since.IsZero() {
		t.Errorf("with a flipped bit there are %+v, %v", users, err)
	}
	if _, err := openAt(t, dir, access.Options{}).Prove("x", key); !fault.Is(err, fault.Denied) {
		t.Errorf("a damaged key: %v", err)
	}
}

func TestWrongKeysOfUsersAreCounted(t *testing.T) {
	dir := t.TempDir()
	a := openAt(t, dir, access.Options{})
	key := addUser(t, dir, "anna")
	for range 3 {
		if _, err := a.Prove("bad", "guess"); err == nil || strings.Contains(err.Error(), "too many") {
			t.Fatal(err)
		}
	}
	if _, err := a.Prove("bad", key); err == nil || !strings.Contains(err.Error(), "too many wrong keys") {
		t.Errorf("the right key after too many wrong ones: %v", err)
	}
	if _, err := a.Prove("good", key); err != nil {
		t.Errorf("another address suffers: %v", err)
	}
	for _, none := range []string{"", " "} {
		if _, err := a.Prove("other", none); err == nil {
			t.Errorf("%q is a key", none)
		}
	}
}

// TestAnotherAdminKey has who proved the key before be a guest.
func TestAnotherAdminKey(t *testing.T) {
	a := openAt(t, t.TempDir(), access.Options{})
	proof, err := a.Prove("x", a.Made())
	if err != nil || proof.Role() != access.Admin {
		t.Fatal(proof, err)
	}
	if err := a.SetKey("another-admin-key"); err != nil {
		t.Fatal(err)
	}
	if proof.Role() != access.Guest {
		t.Errorf("the old key makes one %v", proof.Role())
	}
	if again, err := a.Prove("x", "another-admin-key"); err != nil || again.Role() != access.Admin {
		t.Error(again, err)
	}
}
