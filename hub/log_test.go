package hub_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"althing/fault"
	"althing/hub"
	"althing/hub/hubtest"
)

// TestLogAndAudit are an administrator's to read, without keys.
func TestLogAndAudit(t *testing.T) {
	h := hubtest.Open(t, nil)
	guest := hubtest.Enter(t, h, "")
	admin := hubtest.Admin(t, h)
	if _, err := guest.Log(); !fault.Is(err, fault.Denied) {
		t.Errorf("a guest reads the log: %v", err)
	}
	if _, err := guest.WatchLog(slog.LevelInfo, nil); !fault.Is(err, fault.Denied) {
		t.Errorf("a guest watches the log: %v", err)
	}
	if _, err := guest.Audits(); !fault.Is(err, fault.Denied) {
		t.Errorf("a guest reads the audit: %v", err)
	}

	heard := make(chan hub.LogRecord, 10)
	stop, err := admin.WatchLog(slog.LevelDebug, func(r hub.LogRecord) { heard <- r })
	if err != nil {
		t.Fatal(err)
	}
	hubtest.Ask(guest, "admin('wrong', 's.status()')") // it is told of while the keys are held
	select {
	case r := <-heard:
		if r.Message != "a wrong key was given" || r.Level != slog.LevelWarn || r.Part != "access" {
			t.Errorf("heard %+v", r)
		}
	case <-time.After(15 * time.Second):
		t.Fatal("nothing is heard of a wrong key")
	}
	key := h.Access().Made()
	hubtest.Ask(guest, "print('"+key+"')") // for the log's level debug, which is off
	hubtest.Ask(guest, "admin('"+key+"', 's.setadminkey(newer-than-before)')")
	if r := <-heard; r.Message != "print" || strings.Contains(r.Attrs[0].Value, key) {
		t.Errorf("heard %+v", r)
	}
	stop()
	stop()
	records, err := admin.Log()
	if err != nil || len(records) == 0 || records[0].Number != 1 {
		t.Fatalf("the log is %v, %v", records, err)
	}
	audits, err := admin.Audits()
	if err != nil || len(audits) == 0 || audits[len(audits)-1].From != "local" || strings.Contains(audits[len(audits)-1].Act, "newer") {
		t.Errorf("the audit is %v, %v", audits, err)
	}
}
