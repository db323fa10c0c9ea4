package session_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"althing"
	"althing/backup"
	"althing/fault"
	"althing/hub"
	"althing/hub/hubtest"
)

// filled is how much of everything a hub of these tests has.
const filled = 2000

// fill gives a hub values, a client with messages that wait in order, a group and
// a table, and gives the token by which the client comes back.
func fill(t *testing.T, p *port) (resume string) {
	t.Helper()
	reader, is := register(t, p.addr, `{"name":"reader"}`)
	story(t, reader, [][3]string{
		{"group.join", `{"group":"readers"}`, `{}`},
		{"eval", fmt.Sprintf(`{"text":"len([setReg('k.%%d' %% i, {'n': i, 't': (1, 2.5, None)}) for i in range(%d)])"}`, filled), fmt.Sprintf(`{"value":"%d"}`, filled)},
		{"sql.query", `{"sql":"CREATE TABLE t AS WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n+1 FROM c WHERE n < 20000) SELECT n, hex(n) AS x FROM c"}`, `{"affected":…`},
	})
	for i := range filled {
		reader.call("message", fmt.Sprintf(`{"to":"readers","body":"%d"}`, i))
	}
	reader.Close()
	return is["resume"].(string)
}

// expectFilled sees that everything is there.
func expectFilled(t *testing.T, p *port, resume string) {
	t.Helper()
	c, is := register(t, p.addr, `{"resume":"`+resume+`"}`)
	if is["name"] != "reader" {
		t.Errorf("the client came back as %v", is)
	}
	story(t, c, [][3]string{
		{"eval", `{"text":"[len([k for k in MyData if k.startswith('k.')]), MyData['k.1999']]"}`, `{"value":"[2000, {'n': 1999, 't': (1, 2.5, None)}]"}`},
		{"group.members", `{"group":"readers"}`, `{"members":[{"id":"` + is["id"].(string) + `","name":"reader"}]}`},
		{"sql.query", `{"sql":"SELECT count(*), sum(n) FROM t"}`, `{"affected":0,"changed":false,"columns":["count(*)","sum(n)"],"more":false,"rows":[[20000,200010000]]}`},
	})
	for i := range filled {
		m := c.call("inbox.next", "{}")["result"].(map[string]any)["message"].(map[string]any)
		if m["body"] != fmt.Sprint(i) {
			t.Fatalf("message %d is %v", i, m)
		}
		c.acknowledge(map[string]any{"params": m})
	}
}

// TestBackup saves a hub while it works, and brings it back: in a new folder is all
// that it had.
func TestBackup(t *testing.T) {
	p := serve(t, func(c *hub.Config) { c.Settings = []byte("name = \"barn\"\n") })
	resume := fill(t, p)
	key := p.hub.Access().Made()
	if err := os.MkdirAll(filepath.Join(p.hub.Data(), "functions"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]os.FileMode{"functions/weather": 0o755, "tls.pem": 0o600} {
		if err := os.WriteFile(filepath.Join(p.hub.Data(), name), []byte(name), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(p.hub.Data(), "functions", "link")); err != nil {
		t.Fatal(err)
	}
	admin := dial(t, p.addr, althing.ClientOptions{Name: "owner", Key: key})
	var file bytes.Buffer
	var total int64
	if err := admin.Backup(t.Context(), &file, func(n int64) { total = n }); err != nil {
		t.Fatal(err)
	}
	if d := int64(file.Len()) - total; d < 0 || d > 4096 {
		t.Errorf("it has %d bytes, where %d were announced", file.Len(), total)
	}
	checked, err := backup.Check(bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if h := checked.Head; h.Hub != "test" || fmt.Sprint(h.LeftOut) != "[functions/link]" || time.Since(h.Made) > time.Minute {
		t.Errorf("its head is %+v", h)
	}
	dir := filepath.Join(t.TempDir(), "restored")
	if err := backup.Restore(t.Context(), checked, bytes.NewReader(file.Bytes()), dir, slog.New(slog.DiscardHandler), func(int64) {}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(dir, "functions", "weather")); err != nil || info.Mode() != 0o700 {
		t.Errorf("a function came back as %v, %v", info, err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, backup.SettingsFile)); string(text) != "name = \"barn\"\n" {
		t.Errorf("the settings came back as %q, %v", text, err)
	}
	again := serve(t, func(c *hub.Config) { c.Data = dir })
	if err := again.hub.CheckKey(hubtest.Enter(t, again.hub, ""), key); err != nil {
		t.Errorf("the admin key: %v", err)
	}
	expectFilled(t, again, resume)
	expectFilled(t, p, resume)
}

// TestBackupIsAnAdministrators: nobody else gets one, nobody gets another's, and one
// that nobody reads ends.
func TestBackupIsAnAdministrators(t *testing.T) {
	p := serve(t, nil)
	key := p.hub.Access().Made()
	guest, _ := register(t, p.addr, `{"name":"guest"}`)
	admin, _ := register(t, p.addr, `{"name":"owner","key":"`+key+`"}`)
	other := dial(t, p.addr, althing.ClientOptions{Name: "other", Key: key})
	story(t, guest, [][3]string{
		{"backup.begin", ``, `!denied 'admin' permissions needed; give the admin key first`},
		{"backup.end", ``, `!not_found this client has begun no backup`},
	})
	story(t, admin, [][3]string{{"backup.begin", ``, `{"channel":"Backup",…`}})
	if err := other.Backup(t.Context(), io.Discard, func(int64) {}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second backup at the same time: %v", err)
	}
	nc, err := other.OpenChannel(t.Context(), "Backup")
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := io.ReadAll(nc); len(got) > 0 {
		t.Errorf("another client read %d bytes of the backup", len(got))
	}
	nc.Close()
	p.hub.Stop() // and with it the wait for the first
	story(t, admin, [][3]string{{"backup.end", ``, `!timeout nobody connected to the channel Backup within 10s`}})
}

// TestBackupOfAHubThatStops ends in an error, however much of it has come.
func TestBackupOfAHubThatStops(t *testing.T) {
	p := serve(t, nil)
	fill(t, p)
	admin := dial(t, p.addr, althing.ClientOptions{Name: "owner", Key: p.hub.Access().Made(), NoReconnect: true})
	story(t, connectAs(t, p, "writer"), [][3]string{ // more than lies in buffers
		{"sql.query", `{"sql":"CREATE TABLE much AS WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n+1 FROM c WHERE n < 4000) SELECT hex(zeroblob(2000)) AS x FROM c"}`, `{"affected":…`},
	})
	var once sync.Once
	var closing sync.WaitGroup
	err := admin.Backup(t.Context(), writerFunc(func(b []byte) (int, error) {
		once.Do(func() { closing.Go(func() { p.Close() }) })
		closing.Wait()
		return len(b), nil
	}), func(int64) {})
	if err == nil {
		t.Error("the hub has gone in the middle, and the backup was said to be whole")
	}
	hubtest.Close(t, p.hub) // and waits for nobody
}

func connectAs(t *testing.T, p *port, name string) *peer {
	t.Helper()
	c, _ := register(t, p.addr, `{"name":"`+name+`"}`)
	return c
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }
