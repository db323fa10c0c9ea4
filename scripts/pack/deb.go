package main

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"path"
	"time"
)

// What dpkg runs. The hub starts after the installation, for its own machine alone;
// what it keeps is never deleted.
const (
	afterInstall = `#!/bin/sh
set -e
if [ "$1" = configure ]; then
	systemd-sysusers althing.conf
	if [ -z "$2" ]; then
		systemctl enable althing.service
	fi
	if [ -d /run/systemd/system ]; then
		systemctl daemon-reload
		systemctl restart althing.service || echo "the hub does not start: 'althing boot status' says why" >&2
	fi
fi
`
	beforeRemove = `#!/bin/sh
set -e
if [ "$1" = remove ]; then
	if [ -d /run/systemd/system ]; then
		systemctl stop althing.service
	fi
	systemctl disable althing.service
fi
`
	afterRemove = `#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload
fi
if [ "$1" = purge ] && [ -d /var/lib/althing ]; then
	echo "what the hub kept stays in /var/lib/althing"
fi
`
	copyright = `althing is given under the Apache License, version 2.0, which is in
/usr/share/common-licenses/Apache-2.0. What others have written of it, and under
which licenses, is in THIRD-PARTY.txt.
`
	account      = "u althing - \"althing hub\" /var/lib/althing\n"
	bootSettings = `# The settings of the hub that starts at boot; 'althing config doc' prints all there are.
data = "/var/lib/althing"
`
)

// debianPackage makes the package: an ar file with two tar files, of what is to be
// installed and of what dpkg has to know.
func (r release) debianPackage(t target, hub, licenses []byte, common []file) ([]byte, error) {
	installed := r.debianFiles(hub, licenses, common)
	size := 0
	var sums bytes.Buffer
	for _, f := range installed {
		size += len(f.content)
		fmt.Fprintf(&sums, "%x  %s\n", md5.Sum(f.content), f.name)
	}
	control := fmt.Sprintf(`Package: althing
Version: %s
Architecture: %s
Maintainer: %s
Installed-Size: %d
Depends: systemd
Section: net
Priority: optional
Description: hub for the programs and devices of one network
 Devices that can open a socket, scripts and programs share values, send
 messages that wait in inboxes, have Python expressions worked out, and
 query SQL.
`, r.debianVersion(), t.debian, r.maintainer, (size+1023)/1024)
	knows, err := tarred("./", []file{
		{name: "control", content: []byte(control)},
		{name: "conffiles", content: []byte("/etc/althing/althing.toml\n")},
		{name: "md5sums", content: sums.Bytes()},
		{name: "postinst", mode: executable, content: []byte(afterInstall)},
		{name: "prerm", mode: executable, content: []byte(beforeRemove)},
		{name: "postrm", mode: executable, content: []byte(afterRemove)},
	}, r.date)
	if err != nil {
		return nil, err
	}
	data, err := tarred("./", installed, r.date)
	if err != nil {
		return nil, err
	}
	return ar([]file{{name: "debian-binary", content: []byte("2.0\n")}, {name: "control.tar.gz", content: knows}, {name: "data.tar.gz", content: data}}, r.date), nil
}

// debianFiles puts everything where Debian has it.
func (r release) debianFiles(hub, licenses []byte, common []file) []file {
	const docs = "usr/share/doc/althing/"
	files := []file{
		{name: "etc/althing/althing.toml", content: []byte(bootSettings)},
		{name: "usr/bin/althing", mode: executable, content: hub},
		{name: "usr/lib/sysusers.d/althing.conf", content: []byte(account)},
		{name: docs + "copyright", content: []byte(copyright)},
		{name: docs + "THIRD-PARTY.txt", content: licenses},
		{name: docs + "changelog.gz", content: gzipped(fmt.Appendf(nil, "althing (%s) unstable; urgency=medium\n\n  * CHANGELOG.md says what is new.\n\n -- %s  %s\n",
			r.debianVersion(), r.maintainer, r.date.Format(time.RFC1123Z)))},
	}
	for _, f := range common {
		name := f.name
		switch base := path.Base(name); {
		case name == unitName:
			name = "usr/lib/systemd/system/" + base
			f.content = bytes.ReplaceAll(f.content, []byte("/usr/local/bin/althing"), []byte("/usr/bin/althing"))
		case name == "LICENSE":
			continue // Debian has it
		case path.Dir(name) == "man":
			name = "usr/share/man/man1/" + base + ".gz"
			f.content = gzipped(f.content)
		case name == "completions/althing.bash":
			name = "usr/share/bash-completion/completions/althing"
		case name == "completions/_althing":
			name = "usr/share/zsh/vendor-completions/_althing"
		case name == "completions/althing.fish":
			name = "usr/share/fish/vendor_completions.d/althing.fish"
		case name == "completions/althing.ps1":
			continue
		default:
			name = docs + name
		}
		files = append(files, file{name: name, content: f.content})
	}
	return files
}

// ar makes an archive in the form of ar(5).
func ar(files []file, date time.Time) []byte {
	var b bytes.Buffer
	b.WriteString("!<arch>\n")
	for _, f := range files {
		fmt.Fprintf(&b, "%-16s%-12d%-6d%-6d%-8o%-10d`\n", f.name, date.Unix(), 0, 0, 0o100000|int(f.rights()), len(f.content))
		b.Write(f.content)
		if len(f.content)%2 == 1 {
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}
