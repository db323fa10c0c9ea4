//go:build !race

package sqldb_test

const raceDetector = false
