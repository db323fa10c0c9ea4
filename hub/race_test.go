//go:build race

package hub_test

// raced says that the race detector is at work, which makes much of what is counted
// in processor time ten times as long.
const raced = true
