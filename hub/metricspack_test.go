package hub

import (
	"reflect"
	"testing"
	"time"

	"althing/series"
	"althing/value"
)

func TestMetricsThereAndBack(t *testing.T) {
	at := time.UnixMilli(1_800_000_000_123)
	m := Metric{Name: "hub.cpu", Unit: "percent", About: "é", At: at, Value: 1.5}
	if all, err := unpackMetrics(packMetrics([]Metric{m, {Name: "x"}})); err != nil || !reflect.DeepEqual(all, []Metric{m, {Name: "x"}}) {
		t.Errorf("%+v, %v", all, err)
	}
	points := []series.Point{{At: time.Unix(1_800_000_000, 0), Min: -1, Mean: 0, Max: 2}}
	if is, found, err := unpackHistory(packHistory(m, points)); err != nil || !reflect.DeepEqual(is, m) || !reflect.DeepEqual(found, points) {
		t.Errorf("%+v %+v, %v", is, found, err)
	}
	latest := map[string]float64{"a": 1, "b": -2.5}
	packed, err := packLatest(latest)
	if err != nil {
		t.Fatal(err)
	}
	if now, err := unpackLatest(packed); err != nil || !reflect.DeepEqual(now, latest) {
		t.Errorf("%v, %v", now, err)
	}
}

// FuzzUnpackMetrics has another hub answer anything.
func FuzzUnpackMetrics(f *testing.F) {
	for _, seed := range []string{
		`[["a","percent","","",1.5]]`, `[[1.5,[["a","b","c",1.0,2.0]]]]`, `{"a":1.5,"b":"x"}`, `[["a","b","c",1e300,2.0]]`, `null`, `[]`, `[[],[[]]]`,
		`[["a","b","c",{"$float":"nan"},1.0],[[-1.0,1.0,1.0,1.0]]]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := value.FromJSON(text)
		if err != nil {
			return
		}
		if all, err := unpackMetrics(v); err == nil {
			if again, err := unpackMetrics(packMetrics(all)); err != nil || len(again) != len(all) {
				t.Errorf("%s: %+v, %v", text, again, err)
			}
		}
		if m, points, err := unpackHistory(v); err == nil {
			if _, again, err := unpackHistory(packHistory(m, points)); err != nil || len(again) != len(points) {
				t.Errorf("%s: %+v, %v", text, again, err)
			}
		}
		_, _ = unpackLatest(v)
	})
}
