package hub

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"testing"
	"time"

	"althing/access"
	"althing/commands"
	"althing/value"
)

// FuzzAnswers has another hub ask anything in place of what hubs ask each other, and
// answer anything. Nobody is ended by one who may not.
func FuzzAnswers(f *testing.F) {
	h, err := Open(f.Context(), Config{Data: f.TempDir(), Name: "main", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		if err := h.Close(context.Background()); err != nil {
			f.Error(err)
		}
	})
	names := slices.Sorted(maps.Keys(answers))
	for i := range names {
		for _, seed := range []string{
			`{"pattern":"*","at":[0,true,"",0],"wait":0.1}`, `{"changes":[["a",1,2.5],["b",2]],"anew":true,"at":[2,false,"",0]}`, `{"restart":true,"network":true}`, `{"names":["hub.cpu","x"]}`,
			`{"name":"hub.cpu","from":null,"to":1.5,"points":10}`, `{"below":["main(x)",[],["a"]],"more":1,"started":1.5,"cpu":0.1,"memory":5}`, `{}`,
		} {
			f.Add(uint8(i), []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, text []byte) {
		v, err := value.FromJSON(text)
		if err != nil {
			return
		}
		if b, ok := unpackBatch(v); ok {
			if again, ok := unpackBatch(b.pack()); !ok || len(again.List) != len(b.List) {
				t.Errorf("%s: %+v and %+v", text, b, again)
			}
		}
		asked, ok := v.(*value.Dict)
		if !ok {
			return
		}
		readList(asked, &commands.Node{Hub: &commands.Hub{}})
		s, err := h.Enter(Caller{Gateway: "hub", Role: access.Guest, Elsewhere: "ann@barn"})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		name := names[int(which)%len(names)]
		if _, err := answers[name](ctx, s, asked); err == nil && name == askEnd {
			t.Errorf("a guest elsewhere ends the hub by %s", text)
		}
	})
}
