package functions_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"testing"

	"go.uber.org/goleak"

	"althing/hub"
	"althing/hub/hubtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open starts a hub with a copy of a function of this folder.
func open(t *testing.T, name string) (s *hub.Session, data string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("a Python program is no function there")
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	h := hubtest.Open(t, func(c *hub.Config) { data = c.Data })
	if err := os.WriteFile(filepath.Join(data, "functions", name), text, 0o700); err != nil {
		t.Fatal(err)
	}
	return hubtest.Enter(t, h, ""), data
}

func TestNote(t *testing.T) {
	s, data := open(t, "note.py")
	hubtest.Story(t, s, [][2]string{
		{"note('the pump was oiled')", "1"},
		{"note('two\\nlines'), note(3)", "(2, 3)"},
		{"note()", "Error: OSError: note(): exit status 1: ValueError: not enough values to unpack (expected 1, got 0)"},
		{"[f['help'].split('\\n')[0] for f in functions()]", `["Writes a line, with the time, into a log file: note('the pump was oiled')"]`},
	})
	notes, err := os.ReadFile(filepath.Join(data, "work", "note", "notes.txt"))
	const time = `\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`
	if want := "^" + time + " the pump was oiled\n" + time + " two lines\n" + time + " 3\n$"; err != nil || !regexp.MustCompile(want).Match(notes) {
		t.Errorf("%q, %v", notes, err)
	}
}

func TestWeather(t *testing.T) {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if town := r.URL.Query().Get("town"); town == "Tromsø" {
			fmt.Fprint(w, `{"town": "Tromsø", "temperature": -3.5, "sky": ["snow", "dark"]}`)
		} else {
			http.NotFound(w, r)
		}
	}))
	defer service.Close()
	s, data := open(t, "weather.py")
	if err := os.WriteFile(filepath.Join(data, "functions", "_weather.url"), []byte(service.URL+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	hubtest.Story(t, s, [][2]string{
		{"weather('Tromsø')", "{'town': 'Tromsø', 'temperature': -3.5, 'sky': ['snow', 'dark']}"},
		{"weather('Tromsø')['temperature'] < 0", "True"},
		{"setReg('north', weather('Tromsø')); getReg('north')['sky'][0]", "snow"},
		{"weather('Atlantis')", "Error: OSError: weather(): exit status 1: the service knows no weather of Atlantis (404)"},
	})
}
