package althing_test

import (
	"strings"
	"testing"

	"althing"
	"althing/fault"
)

// TestOffer offers messages one behind the other without waiting: each
// acknowledgement comes to its own, a refusal too, and the end of the connection
// to those that have none.
func TestOffer(t *testing.T) {
	s := started(t, &althing.Server{})
	c := registerRaw(t, s, "lamp")
	conn := s.ByName("lamp")
	heard := make([]chan error, 3)
	for i, body := range []string{"one", "two", "three"} {
		heard[i] = make(chan error, 1)
		if err := conn.Offer(althing.NewMessage(body), func(err error) { heard[i] <- err }); err != nil {
			t.Fatal(err)
		}
	}
	var ids []string
	for range heard {
		_, id, _ := strings.Cut(c.hear(), `"id":"`)
		id, _, _ = strings.Cut(id, `"`)
		ids = append(ids, id)
	}
	c.say(`{"jsonrpc":"2.0","id":"` + ids[1] + `","result":{}}`)
	if err := wait(t, heard[1], "acknowledgement"); err != nil {
		t.Errorf("the second: %v", err)
	}
	c.say(`{"jsonrpc":"2.0","id":"` + ids[0] + `","error":{"code":-32007,"message":"no room"}}`)
	if err := wait(t, heard[0], "refusal"); !fault.Is(err, fault.Full) {
		t.Errorf("the first: %v", err)
	}
	c.Close()
	if err := wait(t, heard[2], "end"); !fault.Is(err, fault.Closed) {
		t.Errorf("the third: %v", err)
	}
	if err := conn.Offer(althing.NewMessage("four"), func(error) { t.Error("what was not sent was acknowledged") }); !fault.Is(err, fault.Closed) {
		t.Errorf("behind the end: %v", err)
	}
}
