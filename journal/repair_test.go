package journal_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"althing/journal"
	"althing/journal/journaltest"
)

// remains makes a broken store one to be repaired.
type remains struct {
	broken
	synced uint64
}

func (r remains) Records(ctx context.Context) iter.Seq2[journal.Record, error] {
	return r.Read(ctx, 0)
}

func (r remains) Synced() uint64 { return r.synced }

func TestRepair(t *testing.T) {
	store, _ := filled(t, "x")
	spoil := func(_ uint64, data []byte) []byte { return data[1:] }
	for _, test := range []struct {
		name      string
		records   func([]journal.Record) []journal.Record
		snapshots func(uint64, []byte) []byte
		synced    uint64
		rev       uint64
		lost      []journal.Loss
		missing   []string // of the keys 0 to 29
	}{
		{name: "nothing is damaged", synced: 30, rev: 30},
		{
			name: "a record is changed",
			records: func(r []journal.Record) []journal.Record {
				r[14].Data[30] ^= 1
				return r
			},
			rev: 30, lost: []journal.Loss{{From: 25, To: 25, Transactions: 1}}, missing: []string{"24"},
		},
		{
			name: "runs are missing",
			records: func(r []journal.Record) []journal.Record {
				return slices.Delete(slices.Delete(r, 17, 19), 11, 14)
			},
			synced: 30,
			rev:    30, lost: []journal.Loss{{From: 22, To: 24, Transactions: 3}, {From: 28, To: 29, Transactions: 2}},
			missing: []string{"21", "22", "23", "27", "28"},
		},
		{
			name:    "the end is missing",
			records: func(r []journal.Record) []journal.Record { return r[:17] },
			synced:  29,
			rev:     27, lost: []journal.Loss{{From: 28, To: 29}}, missing: []string{"27", "28", "29"},
		},
		{
			name: "the snapshots are changed", snapshots: spoil,
			rev: 30, lost: []journal.Loss{{From: 1, To: 10, Transactions: 10}},
			missing: []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
		},
		{
			name: "what a client sent looks like a record",
			records: func(r []journal.Record) []journal.Record {
				forged := resealed(r[19].Data, func(c []byte) { c[len(c)-40] ^= 1; c[10] = 200; copy(c[len("ALTR")+46:], "forger") })
				return slices.Insert(r, 10, journal.Record{Data: forged})
			},
			rev: 30,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			old := remains{broken{Memory: store, records: test.records, snapshots: test.snapshots}, test.synced}
			mended, l := new(journal.Memory), journaltest.NewLedger()
			report, err := journal.Repair(t.Context(), old, mended, l)
			if err != nil {
				t.Fatal(err)
			}
			if report.Rev != test.rev || !slices.Equal(report.Lost, test.lost) || report.Whole() != (test.lost == nil) {
				t.Errorf("the report is %+v", report)
			}
			for i := range 30 {
				key := fmt.Sprint(i)
				if _, there := l.Get(key); there == slices.Contains(test.missing, key) {
					t.Errorf("key %s is there: %v", key, there)
				}
			}
			j, again := open(t, mended, journal.Options{})
			if !again.Same(l) {
				t.Error("the mended log makes another state")
			}
			if r := commit(t, j, put("next", "x")); r[0] != test.rev+1 {
				t.Errorf("the next transaction has the number %v", r[0])
			}
		})
	}
}

func TestRepairRefusesWhatIsNewer(t *testing.T) {
	store, _ := filled(t, "x")
	for name, b := range map[string]broken{
		"record": {Memory: store, records: func(r []journal.Record) []journal.Record {
			r[14].Data = resealed(r[14].Data, func(c []byte) { c[4] = 2 })
			return r
		}},
		"snapshot": {Memory: store, snapshots: func(_ uint64, d []byte) []byte {
			return resealed(d, func(c []byte) { c[8] = 2 })
		}},
	} {
		to := new(journal.Memory)
		_, err := journal.Repair(t.Context(), remains{b, 0}, to, journaltest.NewLedger())
		if err == nil || !strings.Contains(err.Error(), "newer althing") {
			t.Errorf("%s: %v", name, err)
		}
		if revs := snapshotRevs(t, to); revs != nil {
			t.Errorf("%s: snapshots of %d were stored", name, revs)
		}
	}
}

func TestReportTells(t *testing.T) {
	for _, test := range []struct {
		report journal.Report
		want   string
	}{
		{journal.Report{Rev: 7}, "saved: all up to change 7, 0 of them from 0 records of the log\nlost: nothing"},
		{
			journal.Report{
				Rev: 9, Records: 2, Transactions: 3, BadSnapshots: 1,
				Lost: []journal.Loss{{From: 3, To: 4, Transactions: 5}, {From: 8, To: 9}},
			},
			"saved: all up to change 9, 3 of them from 2 records of the log\ndamaged snapshots passed over: 1\n" +
				"lost: records 3 to 4, 5 changes\nlost: records 8 to 9, how many changes nobody knows",
		},
	} {
		if got := test.report.String(); got != test.want {
			t.Errorf("it tells\n%s", got)
		}
	}
}
