//go:build race

package hub_test

// raceDetector says that the race detector is at work, which makes much of what is counted
// in processor time ten times as long.
const raceDetector = true
