package journal

import "sync/atomic"

// Stats are figures since the journal was opened, unless they say otherwise.
type Stats struct {
	Rev           uint64 // the newest transaction that is applied, ever
	Records       uint64 // written
	Transactions  uint64 // written
	Bytes         uint64 // of the records written
	Refused       uint64 // records that the store did not take
	Replayed      uint64 // transactions read back at the start
	Snapshots     uint64 // written
	SnapshotBytes int64  // of the newest one written
	Waiting       int    // bytes of transactions that wait for the log now
}

type counters struct {
	records, transactions, bytes, refused, replayed, snapshots atomic.Uint64
	snapshotBytes                                              atomic.Int64
}

// Stats gives the journal's figures.
func (j *Journal) Stats() Stats {
	return Stats{
		Rev:           j.feed.newest(),
		Records:       j.stats.records.Load(),
		Transactions:  j.stats.transactions.Load(),
		Bytes:         j.stats.bytes.Load(),
		Refused:       j.stats.refused.Load(),
		Replayed:      j.stats.replayed.Load(),
		Snapshots:     j.stats.snapshots.Load(),
		SnapshotBytes: j.stats.snapshotBytes.Load(),
		Waiting:       j.queue.bytes(),
	}
}
