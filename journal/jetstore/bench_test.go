package jetstore_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"althing/journal"
	"althing/journal/jetstore"
	"althing/journal/journaltest"
)

// BenchmarkCommit measures commits of one tiny operation: so many clients, each
// with so many commits under way.
func BenchmarkCommit(b *testing.B) {
	for _, load := range []struct{ clients, depth int }{{1, 1}, {50, 1}, {50, 16}} {
		b.Run(fmt.Sprintf("clients=%d/depth=%d", load.clients, load.depth), func(b *testing.B) {
			s, err := jetstore.Open(b.Context(), jetstore.Options{Dir: b.TempDir()})
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
			tickets := make([]*journal.Ticket, depth)
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
