package cpu

import (
	"bytes"
	"encoding/json"

	"althing/hostmetrics"
)

// figure appends what a message is answered with. False: it says goodbye.
func figure(dst []byte, host *hostmetrics.Sampler, message []byte) (reply []byte, goes bool) {
	switch string(bytes.TrimSpace(message)) { // nc and its like send a newline
	case "bye":
		return nil, false
	case "mem":
		return hostmetrics.Append(dst, host.Figures().Memory.Percent), true
	case "disk":
		return hostmetrics.Append(dst, host.Figures().Fullest()), true
	case "net":
		received, sent := host.Figures().Traffic()
		return hostmetrics.Append(dst, received+sent), true
	case "load":
		return hostmetrics.Append(dst, host.Figures().LoadOfMinute()), true
	case "temp":
		return hostmetrics.Append(dst, host.Figures().Hottest()), true
	case "all":
		return all(dst, host.Figures()), true
	}
	return hostmetrics.Append(dst, host.CPU()), true
}

func all(dst []byte, f hostmetrics.Figures) []byte {
	text, err := json.Marshal(f)
	if err != nil { // a figure that is no number
		return append(dst, "{}"...)
	}
	return append(dst, text...)
}
