package web_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"althing/gateway/web"
	"althing/hub/hubtest"
)

func mustURL(t testing.TB, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// step is one request and what its answer holds.
type step struct {
	method, path, body string
	headers            []string
	status             int
	holds              string
}

// tell does one after the other.
func tell(t *testing.T, p *person, steps []step) {
	t.Helper()
	for _, s := range steps {
		if status, text := p.does(s.method, s.path, s.body, s.headers...); status != s.status || !strings.Contains(text, s.holds) {
			t.Errorf("%s %s %.60s %v\nis %d %.300s\nnot %d %s", s.method, s.path, s.body, s.headers, status, text, s.status, s.holds)
		}
	}
}

func TestRegistry(t *testing.T) {
	p := visit(t, "http://"+start(t, &web.Server{Hub: hubtest.Open(t, nil)}, ""))
	tell(t, p, []step{
		{"GET", "/registry", "", nil, 200, `{"entries":[],"more":false}`},
		{"GET", "/registry/a.b", "", nil, 404, `"code":"not_found"`},
		{"PUT", "/registry/a.b", `{"x":[1,2.5,null,{"$tuple":[1]}]}`, nil, 200, `{"key":"a.b","revision":`},
		{"GET", "/registry/a.b", "", nil, 200, `"value":{"x":[1,2.5,null,{"$tuple":[1]}]}`},
		{"PUT", "/registry/a.b", `null`, nil, 200, ""},
		{"GET", "/registry/a.b", "", nil, 200, `"value":null`},
		{"GET", "/registry/a.b/history", "", nil, 200, `{"values":[{"value":{"x":`},
		{"GET", "/registry/none/history", "", nil, 200, `{"values":[]}`},
		{"PUT", "/registry/a.c?ttl=1h", `"soon"`, nil, 200, ""},
		{"GET", "/registry/a.c", "", nil, 200, `"expires":"`},
		{"PUT", "/registry/a.d?ttl=-1s", `1`, nil, 400, `expire`},
		{"PUT", "/registry/a.d?ttl=soon", `1`, nil, 400, `a duration like 30s`},
		{"GET", "/registry?pattern=a.*&limit=1", "", nil, 200, `"more":true`},
		{"GET", "/registry?pattern=a.*&limit=1&after=a.b", "", nil, 200, `"key":"a.c"`},
		{"GET", "/registry?pattern=a.*&pattern=b", "", nil, 400, `more than once`},
		{"GET", "/registry?patern=a.*", "", nil, 400, `no parameter`},
		{"GET", "/registry?limit=many", "", nil, 400, `a whole number`},
		{"GET", "/registry?limit=%zz", "", nil, 400, `cannot be read`},
		{"GET", "/registry/server.name", "", nil, 200, `"value":"test"`},
		{"PUT", "/registry/server.name", `1`, nil, 403, `read-only`},
		{"DELETE", "/registry/server.name", "", nil, 403, `read-only`},
		{"PUT", "/registry/a@b", `1`, nil, 404, `no hub 'b'`},
		{"PUT", "/registry/%E2%82%AC%20%2F%3F", `1`, nil, 200, `"key":"€ /?"`},
		{"GET", "/registry/%E2%82%AC%20%2F%3F", "", nil, 200, `"value":1`},
		{"PUT", "/registry/a.b", `{`, nil, 400, `cannot be read`},
		{"PUT", "/registry/a.b", `1 2`, nil, 400, `more than one`},
		{"PUT", "/registry/a.b", "\"\xff\"", nil, 400, `UTF-8`},
		{"PUT", "/registry/a.b", `"` + strings.Repeat("x", 1<<20-2) + `"`, nil, 422, `"code":"limit"`},
		{"PUT", "/registry/a.b", `{"$what":1}`, nil, 400, `"code":"invalid"`},
		{"PUT", "/registry/a.b", strings.Repeat("[", 300) + strings.Repeat("]", 300), nil, 422, `"code":"limit"`},
		{"DELETE", "/registry/a.c", "", nil, 204, ""},
		{"DELETE", "/registry/a.c", "", nil, 404, ""},
		{"GET", "/keys?limit=1", "", nil, 200, `{"names":[{"name":"a","below":1,"after":"a.􏿿"}],"more":true}`},
		{"GET", "/keys?prefix=a.", "", nil, 200, `{"names":[{"name":"b","entry":{"key":"a.b","value":null,"revision":`},
		{"DELETE", "/registry", "", nil, 400, `is missing`},
		{"DELETE", "/registry?pattern=*", "", nil, 200, `{"count":2}`},
	})
}

func TestConditions(t *testing.T) {
	p := visit(t, "http://"+start(t, &web.Server{Hub: hubtest.Open(t, nil)}, ""))
	p.does("PUT", "/registry/a", "1")
	answer, _ := ask(t, p.http, "GET", p.base+"/api/v1/registry/a", "")
	first := answer.Header.Get("ETag")
	tell(t, p, []step{
		{"GET", "/registry/a", "", []string{"If-None-Match: " + first}, 304, ""},
		{"GET", "/registry/a", "", []string{`If-None-Match: "0", ` + first}, 304, ""},
		{"GET", "/registry/a", "", []string{"If-None-Match: W/" + first}, 304, ""},
		{"GET", "/registry/a", "", []string{`If-None-Match: "0"`}, 200, `"value":1`},
		{"PUT", "/registry/a", "2", []string{"If-None-Match: *"}, 412, `"code":"conflict"`},
		{"PUT", "/registry/b", "2", []string{"If-Match: *"}, 412, ""},
		{"PUT", "/registry/b", "2", []string{"If-Match: " + first}, 412, ""},
		{"PUT", "/registry/a", "2", []string{"If-Match: W/" + first}, 412, ""},
		{"PUT", "/registry/a", "2", []string{"If-Match: x"}, 412, ""},
		{"DELETE", "/registry/a", "", []string{`If-Match: "999999"`}, 412, ""},
		{"PUT", "/registry/a", "2", []string{"If-Match: " + first}, 200, ""},
		{"PUT", "/registry/a", "3", []string{"If-Match: " + first}, 412, ""},
		{"DELETE", "/registry/a", "", []string{"If-Match: " + first}, 412, ""},
		{"PUT", "/registry/a", "4", []string{"If-Match: *"}, 200, ""},
		{"PUT", "/registry/b", "1", []string{"If-None-Match: *"}, 200, ""},
		{"DELETE", "/registry/b", "", []string{"If-Match: *"}, 204, ""},
	})
}

// TestCountingTogether has many count up one key by reading and writing it under
// conditions: nothing is lost.
func TestCountingTogether(t *testing.T) {
	base := "http://" + start(t, &web.Server{Hub: hubtest.Open(t, nil)}, "")
	const people, times = 8, 10
	visit(t, base).does("PUT", "/registry/n", "0")
	var all sync.WaitGroup
	for range people {
		p := visit(t, base)
		all.Go(func() {
			for done := 0; done < times; {
				answer, text := ask(t, p.http, "GET", base+"/api/v1/registry/n", "")
				var has struct{ Value int }
				if err := json.Unmarshal([]byte(text), &has); err != nil {
					t.Error(err)
					return
				}
				status, text := p.does("PUT", "/registry/n", fmt.Sprint(has.Value+1), "If-Match: "+answer.Header.Get("ETag"))
				switch status {
				case 200:
					done++
				case 412:
				default:
					t.Errorf("%d %s", status, text)
					return
				}
			}
		})
	}
	// Only one can be the first.
	var made sync.Map
	for i := range people {
		p := visit(t, base)
		all.Go(func() {
			if status, _ := p.does("PUT", "/registry/first", "1", "If-None-Match: *"); status == 200 {
				made.Store(i, true)
			}
		})
	}
	all.Wait()
	tell(t, visit(t, base), []step{{"GET", "/registry/n", "", nil, 200, fmt.Sprintf(`"value":%d,`, people*times)}})
	firsts := 0
	made.Range(func(any, any) bool { firsts++; return true })
	if firsts != 1 {
		t.Errorf("%d were the first", firsts)
	}
}

func TestEvalAndCommands(t *testing.T) {
	p := visit(t, "http://"+start(t, &web.Server{Hub: hubtest.Open(t, nil)}, ""))
	tell(t, p, []step{
		{"POST", "/eval", `{"text":"(1, 'a')"}`, nil, 200, `{"text":"(1, 'a')","value":{"$tuple":[1,"a"]}}`},
		{"POST", "/eval", `{"text":"setReg('a', 5)"}`, nil, 200, `"text":"OK"`},
		{"POST", "/eval", `{"text":"len"}`, nil, 200, `{"text":"<`},
		{"POST", "/eval", `{"text":"1/0"}`, nil, 422, `"exception":"ZeroDivisionError"`},
		{"POST", "/eval", `{"text":"nosuch"}`, nil, 422, `"exception":"NameError"`},
		{"POST", "/eval", `{"text":"1 +"}`, nil, 422, `"exception":"SyntaxError"`},
		{"POST", "/eval", `{"txt":"1"}`, nil, 400, `unknown field`},
		{"POST", "/eval", `{"TEXT":"1"}`, nil, 400, `\"text\" is missing`},
		{"POST", "/eval", `{"text":"1","TEXT":"2"}`, nil, 400, `unknown field`},
		{"POST", "/eval", `{}`, nil, 400, `\"text\" is missing`},
		{"POST", "/eval", `{"text":null}`, nil, 400, `\"text\" is missing`},
		{"POST", "/eval", `null`, nil, 400, `an object`},
		{"POST", "/eval", `[]`, nil, 400, `it is to be an object, not the JSON array`},
		{"POST", "/eval", `{"text":1}`, nil, 400, `\"text\" is to be a text, not the JSON number`},
		{"POST", "/eval", "{\"text\":\"'\xff'\"}", nil, 400, `UTF-8`},
		{"POST", "/sql", `{}`, nil, 400, `\"sql\" is missing`},
		{"POST", "/sql", `{"sql":"SELECT 1","limit":"5"}`, nil, 400, `\"limit\" is to be a whole number`},
		{"POST", "/messages", `{"to":"lamp"}`, nil, 400, `\"body\" is missing`},
		{"POST", "/session", `{}`, nil, 400, `\"key\" is missing`},
		{"POST", "/eval", `{"text":"x"}`, []string{"Content-Type: text/plain"}, 415, `application/json`},
		{"POST", "/eval?hub=nowhere", `{"text":"1"}`, nil, 404, ""},
		{"POST", "/eval?hub=test", `{"text":"1"}`, nil, 200, ""},
		{"GET", "/commands", "", nil, 200, `"usage":"s.help(`},
		{"POST", "/commands", `{"text":"s.help()"}`, nil, 200, `s.ping`},
		{"POST", "/commands", `{"text":"s.nosuch()"}`, nil, 404, ""},
		{"POST", "/commands", `{"text":"s.attributes()"}`, nil, 403, `'admin' permissions`},
	})
}
