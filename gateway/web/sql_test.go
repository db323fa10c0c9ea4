package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"althing/gateway/web"
	"althing/hub/hubtest"
)

func TestSQL(t *testing.T) {
	h := hubtest.Open(t, nil)
	p := visit(t, "http://"+start(t, &web.Server{Hub: h}, ""))
	tell(t, p, []step{
		{"GET", "/sql/schema", "", nil, 200, `{"tables":[]}`},
		{"POST", "/sql", `{"sql":"CREATE TABLE plants (name TEXT NOT NULL, water REAL); CREATE INDEX by_name ON plants (name)"}`, nil, 200, `{"columns":[],"rows":[],"more":false,"changed":false`},
		{"POST", "/sql", `{"sql":"INSERT INTO plants VALUES (?, ?), ('mint', NULL)","args":["basil",0.5]}`, nil, 200, `"changed":true,"affected":2`},
		{"POST", "/sql", `{"sql":"SELECT * FROM plants ORDER BY name"}`, nil, 200, `{"columns":["name","water"],"rows":[["basil",0.5],["mint",null]],"more":false`},
		{"POST", "/sql", `{"sql":"SELECT * FROM plants","limit":1}`, nil, 200, `"more":true`},
		{"POST", "/sql", `{"sql":"SELECT 1","limit":10001}`, nil, 400, `1 to 10000`},
		{"POST", "/sql", `{"sql":"SELEC"}`, nil, 422, `syntax error`},
		{"POST", "/sql", `{"sql":"ATTACH '/etc/passwd' AS x"}`, nil, 403, `"code":"denied"`},
		{"GET", "/sql/schema", "", nil, 200, `{"name":"name","type":"TEXT","not_null":true}`},
		{"GET", "/sql/schema", "", nil, 200, `"indexes":[{"name":"by_name","unique":false,"columns":["name"]}]`},
		{"GET", "/sql/running", "", nil, 200, `{"statements":[]}`},
		{"DELETE", "/sql/running/7", "", nil, 404, ""},
		{"DELETE", "/sql/running/x", "", nil, 404, ""},
	})
}

// endless is SQL that goes on for its 5 s.
const endless = `{"sql":"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n"}`

// running waits until so many statements are under way, and gives the answer.
func running(t *testing.T, p *person, n int) string {
	t.Helper()
	for late := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		_, text := p.does("GET", "/sql/running", "")
		if strings.Count(text, `"id":`) == n {
			return text
		}
		if time.Now().After(late) {
			t.Fatalf("under way is %s, not %d", text, n)
		}
	}
}

// TestSQLIsStopped stops one by its number, and another by hanging up.
func TestSQLIsStopped(t *testing.T) {
	base := "http://" + start(t, &web.Server{Hub: hubtest.Open(t, nil)}, "")
	p := visit(t, base)
	answer := make(chan string, 1)
	go func() {
		_, text := visit(t, base).does("POST", "/sql", endless)
		answer <- text
	}()
	var id int
	text := running(t, p, 1)
	if _, err := fmt.Sscanf(text, `{"statements":[{"id":%d`, &id); err != nil || !strings.Contains(text, `"gateway":"web"`) {
		t.Fatalf("under way is %s", text)
	}
	tell(t, p, []step{{"DELETE", fmt.Sprint("/sql/running/", id), "", nil, 204, ""}})
	if text := <-answer; !strings.Contains(text, "stopped the SQL") {
		t.Errorf("who was stopped is told %s", text)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/api/v1/sql", strings.NewReader(endless))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	gone := make(chan error, 1)
	c := browser(t)
	go func() {
		answer, err := c.Do(r)
		if err == nil {
			answer.Body.Close()
		}
		gone <- err
	}()
	running(t, p, 1)
	cancel()
	if err := <-gone; err == nil {
		t.Error("it was answered")
	}
	running(t, p, 0)
}
