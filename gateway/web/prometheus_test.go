package web_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"althing/access"
	"althing/gateway/web"
	"althing/hub"
	"althing/hub/hubtest"
)

// exposition is what a text in Prometheus' format tells.
type exposition struct {
	types   map[string]string  // by family
	samples map[string]float64 // by name and labels, as they stand there
}

var (
	helpLine   = regexp.MustCompile(`^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (\S.*)$`)
	typeLine   = regexp.MustCompile(`^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge)$`)
	sampleLine = regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"\})? (\S+)$`)
	baseUnits  = regexp.MustCompile(`_(seconds|bytes|ratio|celsius|bytes_per_second|total)$`)
	countless  = regexp.MustCompile(`_(info|connections|sessions|clients|groups|messages|keys|variables|hubs|up|load1)$`)
)

// parseExposition reads a text as strictly as it is specified: every family has its
// help, its type and then its samples, once and together.
func parseExposition(text string) (e exposition, err error) {
	e = exposition{types: map[string]string{}, samples: map[string]float64{}}
	body, whole := strings.CutSuffix(text, "\n")
	if !whole {
		return e, fmt.Errorf("the last line does not end")
	}
	helped, family := "", ""
	for n, line := range strings.Split(body, "\n") {
		wrong := func(what string) error { return fmt.Errorf("line %d, %q: %s", n+1, line, what) }
		if m := helpLine.FindStringSubmatch(line); m != nil {
			if _, known := e.types[m[1]]; known || helped != family {
				return e, wrong("a family that was there, or the one before has no type")
			}
			helped = m[1]
			continue
		}
		if m := typeLine.FindStringSubmatch(line); m != nil {
			if m[1] != helped || m[1] == family {
				return e, wrong("no help stands before it")
			}
			if (m[2] == "counter") != strings.HasSuffix(m[1], "_total") || !baseUnits.MatchString(m[1]) && !countless.MatchString(m[1]) {
				return e, wrong("a counter is a _total, and a unit is a base unit")
			}
			family = m[1]
			e.types[family] = m[2]
			continue
		}
		m := sampleLine.FindStringSubmatch(line)
		if m == nil || m[1] != family || helped != family {
			return e, wrong("no sample of this family")
		}
		v, err := strconv.ParseFloat(m[3], 64)
		if _, twice := e.samples[m[1]+m[2]]; err != nil || twice || math.IsNaN(v) || e.types[family] == "counter" && v < 0 {
			return e, wrong("no number, or a second one")
		}
		e.samples[m[1]+m[2]] = v
	}
	return e, nil
}

func TestParseExpositionIsStrict(t *testing.T) {
	const head = "# HELP a_bytes A.\n# TYPE a_bytes gauge\n"
	if _, err := parseExposition(head + "a_bytes{x=\"\\\\\\\"\\n\"} 1e+06\na_bytes 2\n"); err != nil {
		t.Error(err)
	}
	for _, text := range []string{
		"", "a_bytes 1\n", head + "a_bytes 1", head + "a_bytes x\n", head + "a_bytes 1\na_bytes 1\n", head + "b_bytes 1\n", head + "a_bytes{x=\"\"\"} 1\n",
		head + head, "# TYPE a_bytes gauge\na_bytes 1\n", head + "a_bytes NaN\n", head + "\n", "# HELP a_total A.\n# TYPE a_total gauge\n",
		"# HELP a_percent A.\n# TYPE a_percent gauge\n", "# HELP a_total A.\n# TYPE a_total counter\na_total -1\n", "# HELP a_bytes A.\n" + head,
	} {
		if e, err := parseExposition(text); err == nil {
			t.Errorf("%q: %v", text, e)
		}
	}
}

// exposed gives what a hub tells.
func exposed(t *testing.T, h *hub.Hub) (exposition, string) {
	t.Helper()
	answer, text := ask(t, browser(t), "GET", "http://"+start(t, &web.Server{Hub: h}, "")+"/metrics", "")
	if kind := answer.Header.Get("Content-Type"); answer.StatusCode != 200 || kind != "text/plain; version=0.0.4; charset=utf-8" {
		t.Fatalf("%s %s", answer.Status, kind)
	}
	e, err := parseExposition(text)
	if err != nil {
		t.Fatal(err)
	}
	return e, text
}

func TestPrometheus(t *testing.T) {
	h := hubtest.Open(t, nil)
	s := hubtest.Enter(t, h, "")
	id := hubtest.Ask(s, "getClientID()")
	hubtest.Ask(s, "setReg('garden.secretplant', 1)")
	e, text := exposed(t, h)
	for name, want := range map[string]float64{
		`althing_info{version="` + hub.Version + `"}`: 1, "althing_clients": 1, "althing_registry_keys": 1, "althing_queries_total": 2,
		"althing_hubs": 1, "althing_hubs_up": 1,
	} {
		if got, known := e.samples[name]; !known || got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	for _, name := range []string{"althing_process_cpu_seconds_total", "althing_process_resident_memory_bytes", "althing_host_memory_total_bytes", "althing_data_free_bytes"} {
		if !(e.samples[name] > 0) {
			t.Errorf("%s is %v", name, e.samples[name])
		}
	}
	if strings.Contains(text, id) || strings.Contains(text, "secretplant") {
		t.Error("clients or keys are named")
	}
}

func TestPrometheusIsForThoseWhoMayRead(t *testing.T) {
	h := hubtest.Open(t, func(c *hub.Config) { c.Guests = access.Nothing })
	url := "http://" + start(t, &web.Server{Hub: h}, "") + "/metrics"
	if answer, text := ask(t, browser(t), "GET", url, ""); answer.StatusCode != 401 || strings.Contains(text, "althing_") {
		t.Errorf("a guest: %s %s", answer.Status, text)
	}
	key, err := access.AddUser(h.Data(), "prometheus")
	if err != nil {
		t.Fatal(err)
	}
	if answer, _ := ask(t, browser(t), "GET", url, "", "Authorization: Bearer "+key); answer.StatusCode != 200 {
		t.Errorf("a user: %s", answer.Status)
	}
}

// TestGrafanaBoard: every metric that the board or its docs name is there.
func TestGrafanaBoard(t *testing.T) {
	e, _ := exposed(t, hubtest.Open(t, nil))
	named := regexp.MustCompile(`\balthing_[a-z0-9_]+`)
	board, err := os.ReadFile("../../docs/grafana.json")
	if err != nil {
		t.Fatal(err)
	}
	var is struct {
		UID    string `json:"uid"`
		Panels []struct {
			Title   string `json:"title"`
			GridPos struct{ H, W, X, Y int }
			Targets []struct{ Expr string }
		} `json:"panels"`
	}
	if err := json.Unmarshal(board, &is); err != nil || is.UID == "" {
		t.Fatalf("%v %q", err, is.UID)
	}
	shown := map[string]bool{}
	for _, p := range is.Panels {
		if p.Title == "" || len(p.Targets) == 0 || p.GridPos.W == 0 || p.GridPos.X+p.GridPos.W > 24 {
			t.Errorf("a panel without title, figures or place: %+v", p)
		}
		for _, target := range p.Targets {
			names := named.FindAllString(target.Expr, -1)
			if len(names) == 0 {
				t.Errorf("%s: %q names no metric", p.Title, target.Expr)
			}
			for _, name := range names {
				shown[name] = true
			}
		}
	}
	if len(shown) < 15 {
		t.Errorf("only %d metrics are shown", len(shown))
	}
	docs, err := os.ReadFile("../../docs/monitoring.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(named.FindAllString(string(docs), -1), named.FindAllString(string(board), -1)...) {
		if e.types[name] == "" {
			t.Errorf("there is no metric %s", name)
		}
	}
	for name := range e.types {
		if !slices.Contains(named.FindAllString(string(docs), -1), name) {
			t.Errorf("docs/monitoring.md does not have %s", name)
		}
	}
}
