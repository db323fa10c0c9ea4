package hub_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"althing/access"
	"althing/fault"
	"althing/hub"
	"althing/hub/hubtest"
	"althing/messaging"
)

// next gives the next message of a session's inbox, which must come in time.
func next(t testing.TB, s *hub.Session, patience time.Duration, ack string) hub.Letter {
	t.Helper()
	inbox, err := s.Inbox()
	if err != nil {
		t.Fatal(err)
	}
	letter, found, err := inbox.Next(context.Background(), patience, ack)
	if err != nil || !found {
		t.Fatalf("no message: %v", err)
	}
	return letter
}

// empty checks that nothing comes.
func empty(t testing.TB, s *hub.Session) {
	t.Helper()
	inbox, err := s.Inbox()
	if err != nil {
		t.Fatal(err)
	}
	if letter, found, err := inbox.Next(context.Background(), 0, ""); err != nil || found {
		t.Errorf("there is %+v, %v", letter, err)
	}
}

// send sends some texts to one.
func send(t testing.TB, s *hub.Session, to string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		done(t, s.Send(context.Background(), hub.Message{To: to, Body: text}))
	}
}

func TestAMessageComesUntilItIsAcknowledged(t *testing.T) {
	dir := t.TempDir()
	h := hubtest.Open(t, func(c *hub.Config) { c.Data = dir })
	s, is := register(t, h, hub.Registration{Name: "lamp"})
	send(t, s, "lamp", "1", "2", "3")
	if a, b := next(t, s, 0, ""), next(t, s, 0, ""); a.Text != "1" || a.ID != "1" || b.Text != "2" || b.ID != "2" {
		t.Errorf("got %+v, %+v", a, b) // the second Next has acknowledged the first
	}
	s.Close()
	s, _ = register(t, h, hub.Registration{Resume: is.Resume})
	if a := next(t, s, 0, ""); a.Text != "2" || a.ID != "2" {
		t.Errorf("after a break comes %+v", a)
	}
	hubtest.Close(t, h)
	h = hubtest.Open(t, func(c *hub.Config) { c.Data = dir })
	s, _ = register(t, h, hub.Registration{Resume: is.Resume})
	if a := next(t, s, 0, ""); a.Text != "2" || a.ID != "2" {
		t.Errorf("after a restart comes %+v", a)
	}
	s.Close()
	s, _ = register(t, h, hub.Registration{Resume: is.Resume})
	if a := next(t, s, 0, "2"); a.Text != "3" || a.ID != "3" {
		t.Errorf("acknowledged on another connection, then comes %+v", a)
	}
	empty(t, s)
	if waiting := hubtest.Ask(s, "status()['messages']"); waiting != "0" {
		t.Errorf("%s messages wait", waiting)
	}
}

func TestAcknowledgingWhatNeverWas(t *testing.T) {
	h := hubtest.Open(t, nil)
	s, is := register(t, h, hub.Registration{})
	send(t, s, is.ID, "1", "2")
	inbox, err := s.Inbox()
	if err != nil {
		t.Fatal(err)
	}
	for ack, code := range map[string]fault.Code{"3": fault.NotFound, "99": fault.NotFound, "x": fault.Invalid} {
		_, _, err := inbox.Next(t.Context(), 0, ack)
		refused(t, ack, err, code)
	}
	if letter := next(t, s, 0, ""); letter.Text != "1" {
		t.Errorf("then comes %+v", letter)
	}
}

func TestWaitingForAMessage(t *testing.T) {
	h := hubtest.Open(t, nil)
	s, is := register(t, h, hub.Registration{})
	inbox, err := s.Inbox()
	if err != nil {
		t.Fatal(err)
	}
	var waiters sync.WaitGroup
	for range 20 {
		waiters.Go(func() {
			if letter, found, err := inbox.Next(context.Background(), time.Minute, ""); err != nil || !found || letter.Text != "x" {
				t.Errorf("got %+v, %v", letter, err)
			}
		})
		hubtest.Ask(s, fmt.Sprintf("send('%s', '%[1]s', 'x')", is.ID))
		waiters.Wait()
	}
	empty(t, s) // acknowledges the last one
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = inbox.Next(ctx, time.Minute, "")
	refused(t, "a wait that is given up", err, fault.Closed)
	waiting := make(chan bool, 1)
	go func() {
		for {
			_, found, err := inbox.Next(context.Background(), time.Minute, "")
			if !fault.Is(err, fault.Conflict) {
				waiting <- found || err != nil
				return
			}
		}
	}()
	for { // until the other one waits
		if _, _, err := inbox.Next(t.Context(), 0, ""); fault.Is(err, fault.Conflict) {
			break
		}
	}
	refused(t, "pushing beside one who waits", inbox.Push(1, nil), fault.Conflict)
	h.Stop()
	if <-waiting {
		t.Error("the hub stops, and the wait gives something")
	}
}

// TestTextAndSessionClients: each reaches the other, and the text port takes what
// a session has not acknowledged.
func TestTextAndSessionClients(t *testing.T) {
	h := hubtest.Open(t, nil)
	text := hubtest.Enter(t, h, "")
	id := hubtest.Ask(text, "getClientID()")
	s, is := register(t, h, hub.Registration{Name: "lamp.hall"})
	const sep = "\u00c8"
	hubtest.Story(t, text, [][2]string{
		{"send('" + id + "', 'lamp.hall', 'by name')", "OK"},
		{"send('" + id + "', '" + is.ID + "', 'by ID')", "OK"},
		{"send('" + id + "', 'ALL', 'to all')", "OK"},
		{"send('" + id + "', 'lamp.hall', '++ping')", "OK"},
		{"send('lamp.hall', 'ALL', 'x')", "Error: LookupError: …"},
		{"join('" + id + "', 'lamp.hall')", "Error: ValueError: …"},
	})
	for _, want := range []string{"by name", "by ID", "to all", "++ping"} {
		if letter := next(t, s, 0, ""); letter.Text != want || letter.From != id {
			t.Errorf("got %+v, want %q", letter.Message, want)
		}
	}
	done(t, s.Send(t.Context(), hub.Message{To: id, Body: "\xff\xfe größe", Headers: []messaging.Header{{Name: "kind", Value: "x"}}}))
	done(t, s.Send(t.Context(), hub.Message{From: is.ID, To: "ALL", Body: "to all"}))
	hubtest.Story(t, text, [][2]string{
		{"recv('" + id + "')", id + sep + "ALL" + sep + "to all"},
		{"recv('" + id + "')", "lamp.hall" + sep + id + sep + "\ufffd größe"},
		{"recv('" + id + "')", is.ID + sep + "ALL" + sep + "to all"},
		{"recv('" + is.ID + "')", id + sep + "lamp.hall" + sep + "++ping"}, // handed out, not acknowledged
	})
	if letter := next(t, s, 0, ""); letter.Text != "to all" {
		t.Errorf("then comes %+v", letter)
	}
}

func TestSendingAsWhat(t *testing.T) {
	h := hubtest.Open(t, nil)
	s, is := register(t, h, hub.Registration{Name: "lamp"})
	other, _ := register(t, h, hub.Registration{Name: "other"})
	s.Join("lights") // what is on its way counts
	for from, want := range map[string]string{
		"": "lamp", "lamp": "lamp", is.ID: is.ID, "lights": "lights", "NOPLY": "NOPLY",
		"other": "denied", "ALL": "denied", "SYSTEM": "denied", "REGISTRY": "denied", "nobody": "denied", "garden": "denied",
	} {
		_, err := s.Send(t.Context(), hub.Message{From: from, To: "other", Body: "x"}).Wait(t.Context())
		if want == "denied" {
			refused(t, "sending as "+from, err, fault.Denied)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if letter := next(t, other, 0, ""); letter.From != want {
			t.Errorf("sent as %q it comes from %q", from, letter.From)
		}
	}
	s.Rename("attic")
	send(t, s, "other", "x")
	if letter := next(t, other, 0, ""); letter.From != "attic" {
		t.Errorf("with another name it comes from %q", letter.From)
	}
	refused(t, "the name it had", wait(s.Send(t.Context(), hub.Message{From: "lamp", To: "other"})), fault.Denied)
	refused(t, "sending to NOPLY", wait(s.Send(t.Context(), hub.Message{To: "NOPLY"})), fault.Denied)
	send(t, s, "a group of nobody", "x")
}

// TestTheHubsOwnGroups: what the text port's send does, a session's does.
func TestTheHubsOwnGroups(t *testing.T) {
	var shown []string
	h := hubtest.Open(t, func(c *hub.Config) {
		c.Console = func(from, text string) { shown = append(shown, from+": "+text) }
	})
	s, is := register(t, h, hub.Registration{Name: "lamp"})
	done(t, s.Join("lights"))
	for _, story := range [][3]string{
		{"SYSTEM", "s.help(s.info)", "s.info(entity_name[o][r])"},
		{"SYSTEM", "s.nothing()", "Error: LookupError: No Servercommand"},
		{"SQLite", "SELECT 'größe', 1", "('größe', 1)"},
		{"lights", "++ping", "++pong " + is.ID + " lamp, lights"},
	} {
		send(t, s, story[0], story[1])
		if letter := next(t, s, 0, ""); !strings.HasPrefix(letter.Text, story[2]) {
			t.Errorf("%s %s is answered by %+v", story[0], story[1], letter.Message)
		}
	}
	refused(t, "SQL that makes no sense", wait(s.Send(t.Context(), hub.Message{To: "SQLite", Body: "SELEC"})), fault.Invalid)
	send(t, s, "CONSOLE", "look")
	if !slices.Equal(shown, []string{is.ID + ": look"}) {
		t.Errorf("the console shows %q", shown)
	}
	empty(t, s)
}

func TestMissedMessagesAreTold(t *testing.T) {
	limits := access.DefaultLimits()
	limits.InboxMessages = 2
	h := hubtest.Open(t, func(c *hub.Config) { c.Limits = limits })
	s, is := register(t, h, hub.Registration{Name: "lamp"})
	other, _ := register(t, h, hub.Registration{})
	send(t, other, "lamp", "1", "2")
	refused(t, "a full inbox", wait(other.Send(t.Context(), hub.Message{To: "lamp"})), fault.Full)
	send(t, other, "ALL", "3", "4")
	if letter := next(t, s, 0, ""); letter.From != "SYSTEM" || letter.ID != "missed-2" || !strings.HasPrefix(letter.Text, "2 messages were missed") {
		t.Errorf("first comes %+v", letter)
	}
	s.Close() // the telling was not acknowledged
	send(t, other, "ALL", "5")
	s, _ = register(t, h, hub.Registration{Resume: is.Resume})
	for _, want := range []string{"missed-3", "1", "2"} {
		if letter := next(t, s, 0, ""); letter.ID != want {
			t.Errorf("got %s, want %s", letter.ID, want)
		}
	}
	empty(t, s)
}

// receiver takes what is pushed.
type receiver struct {
	inbox *hub.Inbox
	got   chan hub.Letter
}

func push(t testing.TB, s *hub.Session, window int) *receiver {
	t.Helper()
	inbox, err := s.Inbox()
	if err != nil {
		t.Fatal(err)
	}
	r := &receiver{inbox: inbox, got: make(chan hub.Letter, 1000)}
	if err := inbox.Push(window, func(l hub.Letter) error { r.got <- l; return nil }); err != nil {
		t.Fatal(err)
	}
	return r
}

// expect takes the next letters and compares their texts.
func (r *receiver) expect(t testing.TB, texts ...string) {
	t.Helper()
	for _, want := range texts {
		if letter := <-r.got; letter.Text != want {
			t.Fatalf("%q was pushed, want %q", letter.Text, want)
		}
	}
}

// nothing checks that nothing was pushed. What is pushed to the other goes out
// behind it, so that there is nothing to wait for.
func (r *receiver) nothing(t testing.TB) {
	t.Helper()
	select {
	case letter := <-r.got:
		t.Errorf("%+v was pushed", letter)
	default:
	}
}

func TestPush(t *testing.T) {
	h := hubtest.Open(t, nil)
	s, is := register(t, h, hub.Registration{Name: "lamp"})
	send(t, s, "lamp", "1", "2", "3")
	r := push(t, s, 2)
	r.expect(t, "1", "2")
	send(t, s, "lamp", "4")
	r.nothing(t)
	for _, id := range []string{"2", "2"} { // out of order, and twice
		if err := r.inbox.Acknowledge(id); err != nil {
			t.Fatal(err)
		}
	}
	r.expect(t, "3")
	r.nothing(t)
	if err := r.inbox.Acknowledge("1"); err != nil {
		t.Fatal(err)
	}
	r.expect(t, "4")
	refused(t, "one that was not handed out", r.inbox.Acknowledge("5"), fault.NotFound)
	refused(t, "no ID", r.inbox.Acknowledge("x"), fault.Invalid)
	_, _, err := r.inbox.Next(t.Context(), 0, "")
	refused(t, "asking while messages are pushed", err, fault.Conflict)
	refused(t, "a window below 0", r.inbox.Push(-1, nil), fault.Invalid)
	s.Close()
	refused(t, "a session that has ended", r.inbox.Push(1, nil), fault.Closed)

	s, _ = register(t, h, hub.Registration{Resume: is.Resume})
	r = push(t, s, 10)
	r.expect(t, "3", "4")
	if err := r.inbox.Push(0, nil); err != nil {
		t.Fatal(err)
	}
	send(t, s, "lamp", "5")
	for _, want := range []string{"3", "4", "5"} {
		if letter := next(t, s, 0, ""); letter.Text != want {
			t.Errorf("asked for, comes %q, want %q", letter.Text, want)
		}
	}
	r.nothing(t)
}

func TestAPushThatFailsIsOver(t *testing.T) {
	h := hubtest.Open(t, nil)
	s, _ := register(t, h, hub.Registration{Name: "lamp"})
	inbox, err := s.Inbox()
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan struct{}, 10)
	if err := inbox.Push(5, func(hub.Letter) error { failed <- struct{}{}; return context.Canceled }); err != nil {
		t.Fatal(err)
	}
	send(t, s, "lamp", "1", "2")
	<-failed
	for { // until it is over
		if _, _, err := inbox.Next(t.Context(), 0, ""); !fault.Is(err, fault.Conflict) {
			break
		}
	}
	if len(failed) != 0 {
		t.Error("it went on")
	}
	r := push(t, s, 5)
	r.expect(t, "1", "2")
}

// TestPushToMany sends to a group of many, of whom each acknowledges what it gets.
func TestPushToMany(t *testing.T) {
	const members, messages = 50, 200
	h := hubtest.Open(t, nil)
	var all sync.WaitGroup
	for range members {
		s, _ := register(t, h, hub.Registration{})
		done(t, s.Join("many"))
		r := push(t, s, 16)
		all.Go(func() {
			for i := range messages {
				letter := <-r.got
				if letter.Text != fmt.Sprint(i) {
					t.Errorf("%q came, want %d", letter.Text, i)
					return
				}
				if err := r.inbox.Acknowledge(letter.ID); err != nil {
					t.Error(err)
				}
			}
		})
	}
	s, _ := register(t, h, hub.Registration{})
	var last hub.Pending
	for i := range messages {
		last = s.Send(t.Context(), hub.Message{To: "many", Body: fmt.Sprint(i)})
	}
	done(t, last)
	all.Wait()
	for { // acknowledgements are stored soon
		if hubtest.Ask(s, "status()['messages']") == "0" {
			return
		}
	}
}
