package hub_test

import (
	"testing"
	"time"

	"althing/fault"
	"althing/hub"
	"althing/hub/hubtest"
)

func TestServicesAreListed(t *testing.T) {
	h := hubtest.Open(t, nil)
	guest := hubtest.Enter(t, h, "")
	admin := hubtest.Admin(t, h)
	of := func(name string) hub.ServiceState {
		list, err := guest.Services(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range list {
			if s.Name == name {
				return s
			}
		}
		t.Fatalf("there is no %s among %v", name, list)
		return hub.ServiceState{}
	}
	if p := of("ping"); p.Enabled || p.Own || p.Every != 5*time.Second || p.Does == "" {
		t.Errorf("ping is %+v", p)
	}
	if r := of("record"); !r.Own || !r.Enabled || r.Every != time.Second {
		t.Errorf("record is %+v", r)
	}
	if err := guest.EnableService("ping", true); !fault.Is(err, fault.Denied) {
		t.Errorf("a guest enables one: %v", err)
	}
	if err := admin.EnableService("record", false); !fault.Is(err, fault.Denied) {
		t.Errorf("the hub can do without its own: %v", err)
	}
	if err := admin.EnableService("nosuch", true); !fault.Is(err, fault.NotFound) {
		t.Errorf("there is a nosuch: %v", err)
	}
	if err := admin.EnableService("ping", false); err != nil {
		t.Error(err)
	}
	late := time.After(15 * time.Second)
	for of("record").Last.IsZero() || of("keys").Next.IsZero() {
		select {
		case <-time.After(50 * time.Millisecond):
		case <-late:
			t.Fatalf("record is %+v", of("record"))
		}
	}
}

func TestTreeHubs(t *testing.T) {
	h := hubtest.Open(t, func(c *hub.Config) { c.Name = "barn" })
	s := hubtest.Enter(t, h, "")
	places, err := s.Tree(t.Context())
	if err != nil || len(places) != 1 {
		t.Fatalf("places are %v, %v", places, err)
	}
	if p := places[0]; p.Name != "barn" || p.Path != "barn" || !p.Own || !p.Up || p.Parent != "" || p.ID != string(h.Network().ID()) || !p.Answers || p.Started.IsZero() {
		t.Errorf("it is %+v", p)
	}
	if _, err := s.EndHub(t.Context(), "barn", true); !fault.Is(err, fault.Denied) {
		t.Errorf("a guest ends a hub: %v", err)
	}
}
