//go:build browser

package main

import (
	"context"
	"net/http/httptest"
	"testing"

	"althing"
	"althing/internal/browser"
	"althing/internal/hubrun"
	"althing/value"
)

// TestPageInChromium uses the page with nothing but the keyboard, beside another
// client, and has the hub restart meanwhile.
func TestPageInChromium(t *testing.T) {
	program, data := hubrun.Build(t), t.TempDir()
	hub := hubrun.Start(t, program, data)
	site := httptest.NewServer(handler(hub.Session))
	t.Cleanup(site.Close)
	// While the hub is away the page tries to connect, which Chromium notes.
	page := browser.Open(t, site.URL, "WebSocket connection to")
	page.Wait(`state.textContent.startsWith("Connected to ")`)
	other := client(t, hub)
	conn, err := other.Conn()
	if err != nil {
		t.Fatal(err)
	}
	if state := page.Text("#state"); state != "Connected to "+conn.Server().Name+" as browser" {
		t.Errorf("it says %q", state)
	}

	page.Type(browser.Tab, "lamp.on", browser.Tab, "[true, 7]", browser.Enter)
	page.Wait(row("lamp.on", "[true,7]"))
	on, err := other.Get(t.Context(), "lamp.on")
	if want := value.List([]value.Value{value.Bool(true), value.Int(7)}); err != nil || !value.Equal(on.Value, want) {
		t.Errorf("the hub has %v, %v", on.Value, err)
	}
	set(t, other, "lamp.colour", "red")
	page.Wait(row("lamp.colour", `"red"`))
	if shown := page.Text("#values"); shown != "lamp.colour\t\"red\"\nlamp.on\t[true,7]" {
		t.Errorf("the table shows %q", shown)
	}
	if _, err := other.Delete(t.Context(), "lamp.on"); err != nil {
		t.Error(err)
	}
	page.Wait(`!document.body.innerText.includes("lamp.on")`)
	// The focus is in the second field, and "Set" comes before the other form.
	page.Type(browser.Tab, browser.Tab, "browser", browser.Tab, "hello", browser.Tab, browser.Enter)
	page.Wait(`messages.innerText === "browser: hello"`)

	other.Close()
	hub.Stop()
	page.Wait(`state.textContent.startsWith("The hub does not answer")`)
	hub = hubrun.Start(t, program, data, "--session", hub.Session)
	page.Wait(`state.textContent.startsWith("Connected to ")`)
	other = client(t, hub)
	set(t, other, "lamp.colour", "blue")
	page.Wait(row("lamp.colour", `"blue"`))
	if err := other.Deliver(t.Context(), &althing.Message{To: "browser", Body: []byte("welcome back")}); err != nil { // it has its name again
		t.Error(err)
	}
	page.Wait(`messages.innerText.endsWith(": welcome back\nbrowser: hello")`)
}

// row is true when the table has a row of a key and a value.
func row(key, value string) string {
	return "[...values.rows].some(row => row.innerText === '" + key + `\t` + value + "')"
}

func client(t *testing.T, hub *hubrun.Hub) *althing.Client {
	t.Helper()
	c, err := althing.Dial(t.Context(), hub.Session, althing.ClientOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		c.Wait()
	})
	return c
}

func set(t *testing.T, c *althing.Client, key, v string) {
	t.Helper()
	if _, err := c.Set(context.Background(), key, v); err != nil {
		t.Error(err)
	}
}
