package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"althing/datadir"
	"althing/fault"
	"althing/hub"
	"althing/secure"
	"althing/value"
)

const (
	// slow is a time to the first answer that a user feels.
	slow = 500 * time.Millisecond
	// farOff is how far clocks may be apart before times in messages and
	// histories mislead.
	farOff = 5 * time.Second
	// soonOver is how long before its end a certificate has to be thought of.
	soonOver = 30 * 24 * time.Hour
	// oldestPython is the oldest that the clients run with: 3.8.
	oldestPython = 8
)

// examinations are what can be looked at on every system.
var examinations = []examination{
	{"settings", lookAtSettings},
	{"data folder", lookAtData},
	{"ports", lookAtPorts},
	{"network", lookAtNetwork},
	{"certificate", lookAtCertificate},
	{"log", lookAtLog},
	{"python", lookAtPython},
	{"hub", lookAtHub},
}

func lookAtSettings(_ context.Context, e *examined) (found []finding) {
	for _, p := range e.problems {
		found = append(found, bad("'althing config check' shows all", "%s", p)...)
	}
	for name, perhaps := range strangeVariables() {
		do := "unset it"
		if perhaps != "" {
			do = "perhaps " + perhaps + " is meant"
		}
		found = append(found, warn(do, "the variable %s is no setting", name)...)
	}
	if found == nil {
		return fine("nothing is wrong with them")
	}
	return found
}

func lookAtData(_ context.Context, e *examined) []finding {
	folder := e.settings.data
	info, err := os.Stat(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fine("'%s' is not there yet; the first start makes it", folder)
	case err != nil:
		return bad("give it to this user, or name another with --data", "'%s' cannot be looked at: %v", folder, err)
	}
	free, err := datadir.Examine(folder)
	switch {
	case err != nil:
		return bad("", "%s", fault.Of(err).Message)
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return warn("chmod 700 '"+folder+"'", "others can look into '%s'", folder)
	case free < datadir.LowWater:
		return bad("make room", "'%s' has %s free: writes are refused", folder, bytesText(free))
	case free < datadir.HighWater:
		return warn("make room", "'%s' has %s free", folder, bytesText(free))
	}
	return fine("'%s', %s free", folder, bytesText(free))
}

func bytesText(n int64) string { return strconv.FormatInt(n>>20, 10) + " MiB" }

// lookAtPorts connects to the ports that a hub would listen on: it opens none, so
// that it is in nobody's way.
func lookAtPorts(ctx context.Context, e *examined) (found []finding) {
	for _, gateway := range e.settings.ports() {
		if gateway.at.off {
			continue
		}
		host := cmp.Or(gateway.at.host, thisMachine)
		if everywhere(host) {
			host = thisMachine
		}
		port := cmp.Or(gateway.at.port, gateway.usual)
		at := net.JoinHostPort(host, port)
		var d net.Dialer
		conn, err := d.DialContext(ctx, "tcp", at)
		if err != nil {
			found = append(found, fine("%s is free for the %s port", at, gateway.name)...)
			continue
		}
		conn.Close()
		by := holderOf(port)
		switch {
		case strings.HasPrefix(by, "althing "):
			found = append(found, fine("a hub listens at %s: %s", at, by)...)
		case gateway.at.port == "":
			found = append(found, warn("a hub that starts takes the next that is free, and says so", "%s is taken by %s", at, cmp.Or(by, "a program that runs already, perhaps the hub"))...)
		default:
			found = append(found, bad("stop that, or give another with --"+gateway.name, "%s is taken by %s", at, cmp.Or(by, "a program that runs already, perhaps the hub"))...)
		}
	}
	if found == nil {
		return warn("give --text "+textPort, "all ports are off")
	}
	return found
}

func lookAtNetwork(_ context.Context, e *examined) []finding {
	open := e.settings.lan
	for _, at := range []address{e.settings.text, e.settings.session} {
		ip := net.ParseIP(at.host)
		open = open || !at.off && at.host != "" && at.host != "localhost" && (ip == nil || !ip.IsLoopback())
	}
	if !open {
		return warn("other machines get in with 'althing serve --lan'", "a hub with these settings lets only this machine in")
	}
	if len(ownAddresses(textPort)) < 2 {
		return bad("connect it", "this machine is in no network")
	}
	if do := firewall(); do != "" {
		return warn(do, "a firewall is on, which may keep other machines out")
	}
	return fine("other machines get in at %s", ownAddresses(cmp.Or(e.settings.text.port, textPort))[0])
}

func lookAtCertificate(_ context.Context, e *examined) []finding {
	t := &e.settings.tls
	if t.mode == tlsOff {
		return fine("none: TLS is off")
	}
	file := cmp.Or(t.certificate, filepath.Join(e.settings.data, certificateFile))
	c, err := secure.Read(file, cmp.Or(t.key, file))
	switch {
	case errors.Is(err, fs.ErrNotExist) && t.certificate == "":
		return fine("the first start makes one")
	case err != nil:
		return bad("", "%s", fault.Of(err).Message)
	}
	ends := c.Leaf.NotAfter
	switch left := time.Until(ends); {
	case left < 0:
		return bad("get a new one", "'%s' has run out on %s", file, ends.Format(time.DateOnly))
	case left < soonOver:
		return warn("get a new one", "'%s' runs out on %s", file, ends.Format(time.DateOnly))
	}
	return fine("good until %s, fingerprint %s", ends.Format(time.DateOnly), secure.Of(c))
}

func lookAtLog(_ context.Context, e *examined) []finding {
	if e.settings.logLevel == "debug" {
		return warn("--log-level info", "the log has everything, which costs time and room")
	}
	return fine("level %s", e.settings.logLevel)
}

func lookAtPython(ctx context.Context, _ *examined) []finding {
	out, err := exec.CommandContext(ctx, "python3", "--version").Output()
	if err != nil {
		return warn("share.py and althing.py need it; nothing else does", "there is no python3 here")
	}
	version := strings.TrimSpace(strings.TrimPrefix(string(out), "Python "))
	parts := strings.Split(version, ".")
	if len(parts) > 1 {
		if minor, err := strconv.Atoi(parts[1]); parts[0] == "3" && err == nil && minor < oldestPython {
			return bad("share.py and althing.py need 3.8 or newer", "python3 is %s", version)
		}
	}
	return fine("python3 is %s", version)
}

func lookAtHub(ctx context.Context, e *examined) (found []finding) {
	named := e.hub.hub != ""
	f := e.hub
	f.hub = cmp.Or(f.hub, thisMachine)
	begun := time.Now()
	var answer value.Value
	err := f.talk(ctx, func(a asker) (err error) {
		answer, err = a.value(ctx, "(MyData['server.version'], time.time())")
		return err
	})
	took := time.Since(begun)
	switch {
	case errors.Is(err, errNoHub) && !named:
		return warn("start one with 'althing serve', or name one with --hub", "none answers on this machine")
	case fault.Is(err, fault.Denied):
		return warn("give a key with --admin-key-file or ALTHING_KEY", "it answers, and refuses: %s", fault.Of(err).Message)
	case err != nil:
		return bad("look at its terminal or its log", "%s", reason(err))
	}
	pair, isTuple := answer.(value.Tuple)
	if !isTuple || len(pair) != 2 {
		return bad("", "what answers at %s is no hub", f.hub)
	}
	version := value.Text(pair[0])
	if seconds, isFloat := pair[1].(value.Float); isFloat {
		off := time.UnixMicro(int64(float64(seconds) * 1e6)).Sub(begun).Round(time.Second)
		if off.Abs() > farOff {
			found = append(found, warn("set the clock of one of the two", "its clock is %v from this machine's", off)...)
		}
	}
	if version != hub.Version {
		found = append(found, warn("install the same on both", "it is althing %s, and this program %s", version, hub.Version)...)
	}
	if took > slow {
		found = append(found, warn("look at the load of its machine, and at the network", "it took %v to answer", took.Round(time.Millisecond))...)
	}
	return append(found, fine("althing %s answers at %s after %v", version, f.hub, took.Round(10*time.Microsecond))...)
}
