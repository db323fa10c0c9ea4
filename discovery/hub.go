package discovery

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"althing/secure"
)

// Hub is what a hub tells of itself on the network: nothing that is secret.
type Hub struct {
	// ID tells two hubs of one name apart. Announce makes one where it is empty.
	ID string `json:"id"`
	// Name is the hub's own.
	Name string `json:"name"`
	// Version is the hub's program's.
	Version string `json:"version"`
	// Path is where the hub stands in a tree of hubs, empty at its top.
	Path string `json:"path,omitempty"`
	// Text, Session, CPU and Web are the ports of the ways in; 0: there is none.
	Text    uint16 `json:"text,omitempty"`
	Session uint16 `json:"session,omitempty"`
	CPU     uint16 `json:"cpu,omitempty"`
	Web     uint16 `json:"web,omitempty"`
	// TLS is empty, "on" or "only", as for 'althing serve --tls'.
	TLS string `json:"tls,omitempty"`
	// Fingerprint is that of the hub's certificate, AB:CD:…
	Fingerprint string `json:"fingerprint,omitempty"`
	// Addresses are where it was heard, those of IPv4 first. Announce gives on
	// each link the machine's own there, or those of them that are listed here.
	Addresses []netip.Addr `json:"addresses"`
}

// Bounds of what is believed of a hub. A text record's strings are of 255 bytes at
// most by their format.
const (
	longestName = 60 // characters, as for 'althing serve --name'
	longestWord = 64 // characters of any other text
	longestPath = 240
	longestID   = 32
	mostStrings = 32 // of a text record, of which ours has ten
	mostAt      = 16 // addresses of a hub: two families on a few links
)

// text gives the strings of the hub's text record.
func (h Hub) text() []string {
	var list []string
	add := func(key, value string) {
		if value != "" {
			list = append(list, cut(key+"="+value, 255))
		}
	}
	add("id", h.ID)
	add("name", h.Name)
	add("version", h.Version)
	for _, p := range ports(&h) {
		if *p.at != 0 {
			add(p.key, strconv.Itoa(int(*p.at)))
		}
	}
	add("tls", h.TLS)
	add("fingerprint", h.Fingerprint)
	add("path", h.Path)
	return list
}

type portKey struct {
	key string
	at  *uint16
}

// ports are the ways into a hub, the most telling first.
func ports(h *Hub) []portKey {
	return []portKey{{"session", &h.Session}, {"text", &h.Text}, {"web", &h.Web}, {"cpu", &h.CPU}}
}

// Port is the hub's first way in: the one that DNS-SD's own record names; 0 when it
// has none.
func (h Hub) Port() uint16 {
	for _, p := range ports(&h) {
		if *p.at != 0 {
			return *p.at
		}
	}
	return 0
}

// parseText reads a text record that anybody may have written. What makes no sense
// is left out; a hub without a name has the one it is announced by.
func parseText(instance string, strs []string) Hub {
	h := Hub{Name: clean(instance, longestName)}
	seen := map[string]bool{}
	for _, s := range strs[:min(len(strs), mostStrings)] {
		key, value, _ := strings.Cut(s, "=")
		key = strings.ToLower(key)
		if seen[key] { // the first one counts (RFC 6763, 6.4)
			continue
		}
		seen[key] = true
		take(&h, key, value)
	}
	return h
}

// take takes one key of a text record.
func take(h *Hub, key, value string) {
	switch key {
	case "id":
		h.ID = clean(value, longestID)
	case "name":
		if name := clean(value, longestName); name != "" {
			h.Name = name
		}
	case "version":
		h.Version = clean(value, longestWord)
	case "path":
		h.Path = clean(value, longestPath)
	case "tls":
		if value == "on" || value == "only" {
			h.TLS = value
		}
	case "fingerprint":
		if f, err := secure.ParseFingerprint(value); err == nil {
			h.Fingerprint = f.String()
		}
	}
	for _, p := range ports(h) {
		if p.key == key {
			if n, err := strconv.ParseUint(value, 10, 16); err == nil {
				*p.at = uint16(n)
			}
		}
	}
}

// clean makes one line of a text that steers no terminal, of so many characters at
// most.
func clean(text string, longest int) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		if n == longest {
			break
		}
		if !unicode.IsPrint(r) || unicode.Is(unicode.Bidi_Control, r) {
			r = utf8.RuneError
		}
		b.WriteRune(r)
		n++
	}
	return strings.TrimSpace(b.String())
}

// cut shortens a text to so many bytes, and no character in two.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}
