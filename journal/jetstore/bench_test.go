package jetstore_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"althing/journal"
	"althing/journal/jetstore"
	"althing/journal/journaltest"
)

// BenchmarkCommit measures commits of one tiny operation: so many clients, each
// with so many commits under way.
func BenchmarkCommit(b *testing.B) {
	for _, load := range []struct {
		safe           bool
		clients, depth int
	}{{false, 1, 1}, {false, 50, 1}, {false, 50, 16}, {true, 1, 1}, {true, 50, 1}, {true, 50, 16}} {
		b.Run(fmt.Sprintf("safe=%t/clients=%d/depth=%d", load.safe, load.clients, load.depth), func(b *testing.B) {
			s, err := jetstore.Open(b.Context(), jetstore.Options{Dir: b.TempDir(), Safe: load.safe})
			if err != nil {
				b.Fatal(err)
			}
			j, err := journal.Open(b.Context(), s, journaltest.NewLedger(), journal.Options{})
			if err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			b.ReportAllocs()
			run(b, j, load.clients, load.depth)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
			b.ReportMetric(float64(b.N)/float64(j.Stats().Records), "commits/record")
			b.StopTimer()
			if err := j.Close(context.Background()); err != nil {
				b.Fatal(err)
			}
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}

func run(b *testing.B, j *journal.Journal, clients, depth int) {
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			tx := journal.Tx{Ops: []journal.Op{journaltest.Put{Key: fmt.Sprint("key", c), Value: "some value"}}}
			tickets := make([]journal.Ticket, depth)
			for i := c; i < b.N; i += clients * depth {
				n := 0
				for d := 0; d < depth && i+d*clients < b.N; d++ {
					tickets[d] = j.Submit(tx)
					n++
				}
				for _, t := range tickets[:n] {
					if _, err := t.Wait(context.Background()); err != nil {
						b.Error(err)
						return
					}
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkReplay measures the start on a log of 300,000 records without a
// snapshot: the engine's, the look at the files, and reading them back.
func BenchmarkReplay(b *testing.B) {
	const records = 300_000
	dir := b.TempDir()
	fill(b, dir, records)
	for b.Loop() {
		s, err := jetstore.Open(b.Context(), jetstore.Options{Dir: dir})
		if err != nil {
			b.Fatal(err)
		}
		opened := b.Elapsed()
		l := journaltest.NewLedger()
		j, err := journal.Open(b.Context(), s, l, journal.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric((b.Elapsed() - opened).Seconds(), "s/read")
		if n := j.Stats().Replayed; n != records {
			b.Fatalf("%d transactions came back", n)
		}
		b.StopTimer()
		leave(b, j, s, dir)
		b.StartTimer()
	}
}

// fill writes a log of so many records of one transaction each, and no snapshot.
func fill(b *testing.B, dir string, records int) {
	s, err := jetstore.Open(b.Context(), jetstore.Options{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	j, err := journal.Open(b.Context(), s, journaltest.NewLedger(), journal.Options{SnapshotBytes: 1 << 40})
	if err != nil {
		b.Fatal(err)
	}
	for i := range records {
		tx := journal.Tx{Ops: []journal.Op{journaltest.Put{Key: fmt.Sprint("sensor", i%1000), Value: "21.5 degrees"}}}
		if _, err := j.Commit(b.Context(), tx); err != nil {
			b.Fatal(err)
		}
	}
	leave(b, j, s, dir)
}

// leave ends journal and store as a crash would: without the snapshot that a
// clean stop leaves.
func leave(b *testing.B, j *journal.Journal, s *jetstore.Store, dir string) {
	if err := j.Close(context.Background()); err != nil {
		b.Fatal(err)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	snapshots, err := filepath.Glob(filepath.Join(dir, "snapshots", "*"))
	if err != nil {
		b.Fatal(err)
	}
	for _, path := range snapshots {
		if err := os.Remove(path); err != nil {
			b.Fatal(err)
		}
	}
}
