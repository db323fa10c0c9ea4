package hub

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"althing/fault"
)

func TestParseID(t *testing.T) {
	for id, want := range map[string]string{
		"1": "1 0", "18446744073709551615": "18446744073709551615 0", "missed-3": "0 3",
		"": "", "0": "", "01": "", "+1": "", "-1": "", "1 ": "", "missed-": "", "missed-0": "", "missed-01": "",
		"Missed-1": "", "18446744073709551616": "", "missed-missed-1": "",
	} {
		number, missed, err := parseID(id)
		switch {
		case want == "" && !fault.Is(err, fault.Invalid):
			t.Errorf("%q: %d, %d, %v", id, number, missed, err)
		case want != "" && (err != nil || fmt.Sprint(number, " ", missed) != want):
			t.Errorf("%q: %d, %d, %v; want %s", id, number, missed, err, want)
		}
	}
}

func FuzzParseID(f *testing.F) {
	for _, id := range []string{"1", "missed-3", "missed-", "0"} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		number, missed, err := parseID(id)
		if err == nil && number > 0 && messageID(number) != id || err == nil && missed > 0 && missedID(missed) != id {
			t.Errorf("%q is %d, %d", id, number, missed)
		}
	})
}

// TestLedgerIsItsModel compares a ledger with the set of messages that were
// handed out, each acknowledged or not.
func TestLedgerIsItsModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l ledger
		acknowledged := map[uint64]bool{} // false: handed out
		upTo := uint64(0)                 // all before are acknowledged
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			number := rapid.Uint64Range(1, 12).Draw(t, "number")
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0, 1:
				l.handed++
				acknowledged[l.handed] = false
			case 2:
				_, handed := acknowledged[number]
				if err := l.acknowledge(number); (err == nil) != (handed || number <= upTo) {
					t.Fatalf("acknowledging %d of %v: %v", number, acknowledged, err)
				}
				if handed {
					acknowledged[number] = true
				}
			case 3:
				l.settle(number)
				upTo = max(upTo, number)
			case 4:
				l.rewind()
				clear(acknowledged)
			case 5:
				if got, _, some := l.owed(); some && got != l.done {
					t.Fatalf("%d is owed, %d acknowledged", got, l.done)
				}
				if _, _, some := l.owed(); some {
					t.Fatal("what was taken as stored is owed again")
				}
			}
			for done, is := acknowledged[upTo+1]; upTo < 12 && is && done; done, is = acknowledged[upTo+1] {
				upTo++
			}
			maps.DeleteFunc(acknowledged, func(n uint64, _ bool) bool { return n <= upTo })
			open := 0
			for _, done := range acknowledged {
				if !done {
					open++
				}
			}
			if l.done != upTo || l.open() != open || l.handed < l.done {
				t.Fatalf("%+v: %d are open, want %d; everything up to %d is acknowledged (%v)",
					l, l.open(), open, upTo, slices.Sorted(maps.Keys(acknowledged)))
			}
		}
	})
}

func TestLedgerOfMissedMessages(t *testing.T) {
	l := ledger{told: 5}
	if l.open() != 1 {
		t.Errorf("%d are open", l.open())
	}
	l.acknowledgeTelling(2)
	if _, missed, some := l.owed(); missed != 2 || !some || l.told != 3 {
		t.Errorf("%d are owed, %d told", missed, l.told)
	}
	l.acknowledgeTelling(9) // told of on another connection
	if _, missed, some := l.owed(); missed != 9 || !some || l.told != 0 || l.open() != 0 {
		t.Errorf("%d are owed, %d told", missed, l.told)
	}
}
