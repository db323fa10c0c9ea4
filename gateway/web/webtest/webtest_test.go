//go:build browser

package webtest_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"althing/gateway/web/webtest"
)

func TestMain(m *testing.M) {
	status := webtest.Main(m)
	if err := goleak.Find(); status == 0 && err != nil {
		panic(err)
	}
	os.Exit(status)
}
