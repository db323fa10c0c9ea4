// Package journal is the one ordered log of a hub, and the only way to change
// its state.
//
// A transaction is handed in, stored with all others that wait as one record
// (group commit), applied to the machine in the order of the log, and then
// answered. The same log, read from the start or from a snapshot, makes the same
// state again. Followers read every transaction, and broadcast tells whoever
// waits that there is something new.
//
// The journal does not trust its store: a store may lose records in the middle,
// change bytes or lose its newest records in a power cut. Records are numbered
// and chained by checksums, snapshots have one over everything, and a mark says
// how far the log is surely on disk. DESIGN.md has the formats byte by byte and
// the reasons.
package journal
