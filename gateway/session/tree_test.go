package session_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"althing"
	"althing/fault"
	"althing/hub"
	"althing/hub/hubtest"
	"althing/network"
	"althing/value"
)

// grow starts a hub for each name, the first on top and each other one below the
// one before it, and waits until all see all.
func grow(t testing.TB, names ...string) []*port {
	t.Helper()
	var hubs []*port
	for _, name := range names {
		p := serve(t, func(c *hub.Config) { c.Name = name })
		p.hub.Listening("session", p.addr)
		if err := p.hub.StartTree(); err != nil {
			t.Fatal(err)
		}
		hubs = append(hubs, p)
	}
	for i, p := range hubs[1:] {
		p.below(t, hubs[i])
	}
	for _, p := range hubs {
		p.sees(t, names...)
	}
	return hubs
}

// below puts a hub below another.
func (p *port) below(t testing.TB, parent *port) {
	t.Helper()
	token, err := parent.hub.Network().MakeToken()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.hub.Network().Move(t.Context(), parent.addr, token); err != nil {
		t.Fatal(err)
	}
}

// sees waits until a hub knows the others, and the ways to them.
func (p *port) sees(t testing.TB, names ...string) {
	t.Helper()
	soon(t, func() bool {
		for _, name := range names {
			id, err := p.hub.Network().Find(name)
			if err != nil {
				return false
			}
			if _, err := p.hub.Network().Ask(t.Context(), network.Question{To: id, What: "here"}); err != nil {
				return false
			}
		}
		return true
	})
}

// soon waits until something is so.
func soon(t testing.TB, so func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it did not come to be so")
		}
	}
}

func TestMessagesToOtherHubs(t *testing.T) {
	hubs := grow(t, "main", "barn", "north")
	got := make(chan string, 10)
	reader := dial(t, hubs[2].addr, althing.ClientOptions{Name: "lamp"})
	reader.OnMessage(func(m *althing.Message) { got <- m.From + ">" + m.To + ":" + string(m.Body) })
	if err := reader.Join(t.Context(), "group16"); err != nil {
		t.Fatal(err)
	}
	if err := reader.Push(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	hears := func(want string) {
		t.Helper()
		select {
		case m := <-got:
			if m != want {
				t.Errorf("got %q, want %q", m, want)
			}
		case <-time.After(patience):
			t.Fatalf("%q did not come", want)
		}
	}

	text := hubtest.Enter(t, hubs[0].hub, "")
	id := hubtest.Ask(text, "getClientID()")
	hubtest.Story(t, text, [][2]string{
		{"send('" + id + "', 'group16@north', 'from afar')", "OK"},
		{"send('" + id + "', 'lamp@main/barn/north', 'by the path')", "OK"},
		{"send('" + id + "', 'group16@*', 'to all')", "OK"},
		{"send('" + id + "', 'group16@barn', 'to nobody')", "OK"},
		{"send('" + id + "', '" + id + "@main', 'to myself')", "OK"},
		{"recv('" + id + "')", id + "È" + id + "Èto myself"},
		{"send('" + id + "', 'lamp@nowhere', 'x')", "Error: LookupError: no hub 'nowhere' in this tree; s.listnetwork() shows it"},
		{"send('" + id + "', 'lamp@parent', 'x')", "Error: LookupError: this hub has no parent"},
		{"send('" + id + "', 'NOPLY@north', 'x')", "Error: PermissionError: messages from 'NOPLY' cannot be answered"},
		{"send('" + id + "', 'SYSTEM@north', 's.info()')", "Error: PermissionError: 'SYSTEM' is for the clients of that hub; …"},
		{"send('" + id + "', '@north', 'x')", "Error: ValueError: '@north' is no address: …"},
	})
	hears(id + "@main>group16:from afar")
	hears(id + "@main>lamp:by the path")
	hears(id + "@main>group16:to all")

	if err := reader.Send(&althing.Message{To: id + "@main", Body: []byte("an answer")}); err != nil {
		t.Fatal(err)
	}
	if err := reader.Send(&althing.Message{To: "ALL@parent", Body: []byte("one up")}); err != nil {
		t.Fatal(err)
	}
	soon(t, func() bool {
		answer := hubtest.Ask(text, "recv('"+id+"')")
		return answer == "lamp@northÈ"+id+"Èan answer"
	})
}

func TestKeysOfOtherHubs(t *testing.T) {
	hubs := grow(t, "main", "barn", "north")
	north := hubtest.Enter(t, hubs[2].hub, "")
	hubtest.Story(t, north, [][2]string{{"setReg('garden.soil', 'dry')", "OK"}, {"setReg('up@main', 1)", "OK"}, {"getReg('up@parent')", "None"}})

	main := hubtest.Enter(t, hubs[0].hub, "")
	hubtest.Story(t, main, [][2]string{
		{"getReg('up')", "1"},
		{"getReg('up@main')", "1"},
		{"getReg('garden.soil@north')", "dry"},
		{"getReg('garden.moon@main/barn/north', 'none')", "none"},
		{"setReg('garden.soil@north', [1, {'a': 2}], expect='dry')", "OK"},
		{"setReg('garden.soil@north', 1, expect='dry')", "Error: RuntimeError: conflict: …"},
		{"setReg('garden.soil@north', 1, create=True)", "Error: RuntimeError: …"},
		{"MyData['garden.soil@north'][1]['a']", "2"},
		{"MyData['garden.soil@north'] = 5; MyData['garden.soil@north'] += 1; 'garden.soil@north' in MyData", "True"},
		{"[value for time, value in history('garden.soil@north')]", "['dry', [1, {'a': 2}], 5, 6]"},
		{"setReg('garden.a', 'at main')", "OK"},
		{"fetch('garden.*@north')", "{'garden.soil': 6}"},
		{"fetch('garden.*@*')", "{'garden.a@main': 'at main', 'garden.soil@north': 6}"},
		{"id = getClientID(); fetch(id, 'garden.s*@*')", "1"},
		{"recv(id).split(chr(200))[2]", "garden.soil@north:6"},
		{"setReg('x[1]@north', 1); setReg('x1@north', 2); del MyData['x[1]@north']; fetch('x*@north')", "{'x1': 2}"},
		{"delete('*@north')", "2"},
		{"getReg('x@*')", "Error: ValueError: 'x@*' is at many hubs; …"},
		{"changes('x@barn')", "Error: ValueError: changes() is for keys of this hub; …"},
		{"setReg('server.name@north', 1)", "Error: PermissionError: 'server.name' is kept by the hub and read-only"},
		{"getReg('server.name@north')", "north"},
		{"evalAt('north', \"getReg('server.name') + '!'\")", "north!"},
		{"evalAt('north', \"evalAt('main', '1 + 1')\")", "2"},
		{"evalAt('barn', '1/0')", "Error: ZeroDivisionError: division by zero"},
		{"evalAt('barn', 'getClientID()'); evalAt('barn', 'len(dbQuery(\\'select 1\\'))')", "2"},
		{"evalAt('nowhere', '1')", "Error: LookupError: no hub 'nowhere' in this tree; …"},
	})

	p, _ := register(t, hubs[0].addr, `{"name":"ann"}`)
	story(t, p, [][3]string{
		{"registry.set", `{"key":"k@barn","value":1,"expect_revision":0}`, `{"revision":…`},
		{"registry.set", `{"key":"k@barn","value":2,"expect_revision":0}`, `!conflict …`},
		{"registry.get", `{"key":"k@barn"}`, `{"revision":…`},
		{"registry.get", `{"key":"none@barn"}`, `!not_found there is no key 'none'`},
		{"registry.get", `{"key":"none@nowhere"}`, `!not_found no hub 'nowhere' …`},
		{"registry.fetch", `{"pattern":"k@barn"}`, `{"entries":{"k":1}}`},
		{"registry.list", `{"pattern":"[gk]*@*"}`, `{"keys":["garden.a@main","k@barn"],"missing":{}}`},
		{"registry.fetch", `{"pattern":"k*@*"}`, `{"entries":{"k@barn":1},"missing":{}}`},
		{"registry.delete", `{"pattern":"k@*"}`, `!invalid that is asked of one hub, not of all`},
		{"registry.history", `{"key":"k@barn"}`, `{"values":[[…`},
		{"at", `{"hub":"north","method":"eval","params":{"text":"getReg('server.name')"}}`, `{"value":"north"}`},
		{"at", `{"hub":"main","method":"eval","params":{"text":"getReg('server.name')"}}`, `{"value":"main"}`},
		{"at", `{"hub":"north","method":"sql.query","params":{"sql":"select 1 as one"}}`, `{"affected":0,"changed":false,"columns":["one"],"more":false,"rows":[[1]]}`},
		{"at", `{"hub":"north","method":"hub.join","params":{}}`, `!not_found hubs do not ask each other for 'hub.join'`},
		{"at", `{"hub":"*","method":"eval","params":{"text":"1"}}`, `!invalid 'hub' names one hub`},
	})

	hubs[2].stop()
	if err := hubs[2].hub.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	soon(t, func() bool {
		return asJSON(p.call("registry.list", `{"pattern":"k@*"}`)["result"]) != `{"keys":["k@barn"],"missing":{}}`
	})
	story(t, p, [][3]string{{"at", `{"hub":"north","method":"eval","params":{"text":"1"}}`, `!unavailable the hub 'north' is away since …`}})
}

func TestLastValueOfAHubThatIsAway(t *testing.T) {
	hubs := grow(t, "main", "barn")
	hubtest.Story(t, hubtest.Enter(t, hubs[1].hub, ""), [][2]string{{"setReg('k', 56)", "OK"}})
	main := hubtest.Enter(t, hubs[0].hub, "")
	hubtest.Story(t, main, [][2]string{{"getReg('k@barn')", "56"}})
	hubs[1].stop()
	if err := hubs[1].hub.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	soon(t, func() bool { return hubtest.Ask(main, "getReg('k@barn')") != "56" })
	got := hubtest.Ask(main, "getReg('k@barn')")
	if !strings.HasPrefix(got, "Error: ConnectionError: the hub 'barn' is away since ") || !strings.HasSuffix(got, " ago its 'k' was 56") {
		t.Errorf("getReg gave %q", got)
	}
	p, _ := register(t, hubs[0].addr, `{"name":"ann"}`)
	result, _ := p.call("registry.get", `{"key":"k@barn"}`)["result"].(map[string]any)
	if age, told := result["age"].(float64); result["value"] != 56.0 || !told || age <= 0 || result["away"] == "" {
		t.Errorf("registry.get gave %v", result)
	}
}

func TestRightsAtOtherHubs(t *testing.T) {
	hubs := grow(t, "main", "barn", "north")
	barn := hubtest.Enter(t, hubs[1].hub, "")
	id := hubtest.Ask(barn, "getClientID()")
	hubtest.Ask(barn, "send('"+id+"', '"+id+"', 'a secret')")
	for _, p := range []*port{hubs[0], hubs[2]} {
		hubtest.Story(t, hubtest.Enter(t, p.hub, ""), [][2]string{
			{"evalAt('barn', \"recv('" + id + "')\")", "Error: PermissionError: client '" + id + "' belongs to another address"},
			{"evalAt('barn', \"send('" + id + "', 'ALL', 'in its name')\")", "Error: PermissionError: client '" + id + "' belongs to another address"},
		})
	}

	// An administrator of one hub is none of the hubs above it, and of those below
	// as far as they let the parent.
	admin := hubtest.Admin(t, hubs[2].hub)
	ask := func(at string) error {
		id, err := hubs[2].hub.Network().Find(at)
		if err != nil {
			t.Fatal(err)
		}
		asker, err := admin.Asker()
		if err != nil {
			t.Fatal(err)
		}
		text, _ := value.NewDict([]value.Pair{{Key: value.Str("text"), Value: value.Str("s.errortrace()")}})
		_, err = asker.Ask(t.Context(), string(id), "command", text)
		return err
	}
	if err := ask("main"); !fault.Is(err, fault.Denied) {
		t.Errorf("a child steers upward: %v", err)
	}
}

func TestQuestionsAreBounded(t *testing.T) {
	hubs := grow(t, "main", "barn")
	s, err := hubs[0].hub.Enter(hub.Caller{Gateway: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	asker, err := s.Asker()
	if err != nil {
		t.Fatal(err)
	}
	id, err := hubs[0].hub.Network().Find("barn")
	if err != nil {
		t.Fatal(err)
	}
	// A wait for changes takes as long as nothing changes.
	waiting, end := context.WithCancel(t.Context())
	text, _ := value.NewDict([]value.Pair{{Key: value.Str("text"), Value: value.Str("changes('none')")}})
	most := hubs[0].hub.Limits().AsksEach
	ended := make(chan error, most)
	for range most {
		go func() {
			var err error
			for again := true; again; again = fault.Is(err, fault.Limit) { // this test's own looking takes a place, too
				_, err = asker.Ask(waiting, string(id), "eval", text)
			}
			ended <- err
		}()
	}
	soon(t, func() bool {
		_, err := asker.Ask(t.Context(), string(id), "status", nil)
		return fault.Is(err, fault.Limit)
	})
	end()
	for range most {
		if err := <-ended; err == nil {
			t.Error("a question was answered that waits")
		}
	}
	if _, err := asker.Ask(t.Context(), string(id), "status", nil); err != nil {
		t.Error(err)
	}
}

func TestClientAtAnotherHub(t *testing.T) {
	hubs := grow(t, "main", "barn")
	c := dial(t, hubs[0].addr, althing.ClientOptions{Visitor: true, At: "barn"})
	ctx := t.Context()
	if _, err := c.Set(ctx, "k", 56); err != nil {
		t.Fatal(err)
	}
	if shared, err := c.Get(ctx, "k"); err != nil || !value.Equal(shared.Value, value.Int(56)) || shared.Away != "" {
		t.Errorf("got %v %v", shared, err)
	}
	if name, err := c.Eval(ctx, "getReg('server.name')"); err != nil || name != "barn" {
		t.Errorf("eval: %q %v", name, err)
	}
	if rows, err := c.SQL(ctx, "select ?", 7); err != nil || len(rows.Rows) != 1 {
		t.Errorf("SQL: %v %v", rows, err)
	}
	if answer, err := c.Command(ctx, "s.info"); err != nil || !strings.HasPrefix(answer.Text, "Server 'barn'") {
		t.Errorf("command: %q %v", answer.Text, err)
	}
	hubs[1].stop()
	if err := hubs[1].hub.Close(ctx); err != nil {
		t.Fatal(err)
	}
	soon(t, func() bool {
		shared, err := c.Get(ctx, "k")
		return err == nil && shared.Away != "" && shared.Age > 0 && value.Equal(shared.Value, value.Int(56))
	})
}

// TestNoTokenInTheLog moves a hub by a token, however it is given.
func TestNoTokenInTheLog(t *testing.T) {
	var log strings.Builder
	main := grow(t, "main")[0]
	token, err := main.hub.Network().MakeToken()
	if err != nil {
		t.Fatal(err)
	}
	p := serve(t, func(c *hub.Config) { c.Name, c.Log = "barn", slog.New(slog.NewTextHandler(&log, nil)) })
	c, _ := register(t, p.addr, `{"key":"`+p.hub.Access().Made()+`"}`)
	story(t, c, [][3]string{
		{"parent.set", `{"address":"` + token + "@" + main.addr + `"}`, `{}`},
		{"parent.set", `{"address":"` + main.addr + `","token":"` + token + `"}`, `{}`},
		{"parent.set", `{"address":"` + token + `@nowhere"}`, `!invalid a parent is TOKEN@host:port, …`},
		{"parent.set", `{"address":"` + main.addr + "@" + token + `"}`, `!invalid that is no token: …`},
	})
	p.stop()
	hubtest.Close(t, p.hub)
	if said := log.String(); strings.Contains(said, token) || !strings.Contains(said, "parent set "+main.addr) {
		t.Errorf("the log says\n%s", said)
	}
}

func TestRequestsToClientsOfOtherHubs(t *testing.T) {
	hubs := grow(t, "main", "barn")
	lamp := dial(t, hubs[1].addr, althing.ClientOptions{Name: "lamp"})
	if err := lamp.AddRequest("WATT", 7, false); err != nil {
		t.Fatal(err)
	}
	who := func(_ context.Context, call *althing.Call) (value.Value, error) { return value.Str(call.From), nil }
	if err := lamp.AddRequest("WHO", who, false); err != nil {
		t.Fatal(err)
	}
	phone := dial(t, hubs[0].addr, althing.ClientOptions{Name: "phone"})
	answer, err := phone.RequestFrom(t.Context(), "lamp@barn", "WATT")
	if err != nil || !value.Equal(answer.Value, value.Int(7)) {
		t.Errorf("got %v %v", answer.Value, err)
	}
	near := dial(t, hubs[1].addr, althing.ClientOptions{Name: "neighbor"})
	for name, asks := range map[string]func() (althing.Answer, error){
		"phone@main": func() (althing.Answer, error) { return phone.RequestFrom(t.Context(), "lamp@barn", "WHO") },
		"neighbor":   func() (althing.Answer, error) { return near.RequestFrom(t.Context(), "lamp", "WHO") },
	} {
		if answer, err := asks(); err != nil || !value.Equal(answer.Value, value.Str(name)) {
			t.Errorf("%s is told to be %v, %v", name, answer.Value, err)
		}
	}
	for to, code := range map[string]fault.Code{"nobody@barn": fault.NotFound, "lamp@nowhere": fault.NotFound, "lamp@*": fault.Invalid} {
		if _, err := phone.RequestFrom(t.Context(), to, "WATT"); !fault.Is(err, code) {
			t.Errorf("%s: %v", to, err)
		}
	}
}
