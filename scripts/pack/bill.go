package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// module is something that a program is made of.
type module struct {
	path, version string
	registry      string // where it is from, as package URLs name it; empty: golang
	sum           string // as go.sum has it; Go's own library has none
	license       string // its SPDX name; empty: it is none that is known here
	texts         []file // licenses and notices, as they are
}

// modulesOf asks a program what is in it, and looks for the licenses where the
// compiler had the sources from.
func modulesOf(program string, t target) ([]module, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil, err
	}
	listed, err := run(t.env(), "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}\t{{.Dir}}{{end}}", "./cmd/althing")
	if err != nil {
		return nil, err
	}
	goroot, err := run(nil, "go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	folders := map[string]string{}
	for line := range strings.Lines(listed) {
		name, folder, _ := strings.Cut(strings.TrimSpace(line), "\t")
		folders[name] = folder
	}
	list := []module{{path: "std", version: strings.TrimPrefix(info.GoVersion, "go")}}
	folders["std"] = goroot
	for _, dep := range info.Deps {
		list = append(list, module{path: dep.Path, version: dep.Version, sum: dep.Sum})
	}
	// The dashboard's plots are no Go.
	list = append(list, module{path: "uplot", version: "1.6.32", registry: "npm"})
	folders["uplot"] = filepath.FromSlash("gateway/web/assets/vendor")
	for i := range list {
		if list[i], err = list[i].withLicense(folders[list[i].path]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// licenseFile is the name of a file that has to go with the program.
var licenseFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)`)

func (m module) withLicense(folder string) (module, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return m, fmt.Errorf("%s: %w", m.path, err)
	}
	for _, e := range entries {
		if e.IsDir() || !licenseFile.MatchString(e.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			return m, err
		}
		m.texts = append(m.texts, file{name: e.Name(), content: text})
		m.license = cmp.Or(m.license, recognized(string(text)))
	}
	if len(m.texts) == 0 {
		return m, fmt.Errorf("%s %s has no license: look whether it may be given away, and say so here", m.path, m.version)
	}
	return m, nil
}

// recognized names a license by what only it says.
func recognized(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	has := func(part string) bool { return strings.Contains(text, part) }
	switch {
	case has("Apache License Version 2.0"):
		return "Apache-2.0"
	case has("Mozilla Public License Version 2.0"):
		return "MPL-2.0"
	case has("Permission is hereby granted, free of charge"):
		return "MIT"
	case has("Permission to use, copy, modify, and"):
		return "ISC"
	case has("Redistribution and use in source and binary forms") && has("endorse or promote"):
		return "BSD-3-Clause"
	case has("Redistribution and use in source and binary forms"):
		return "BSD-2-Clause"
	}
	return ""
}

// thirdParty is what the licenses ask for: their texts, beside the program.
func thirdParty(list []module) []byte {
	var b bytes.Buffer
	for _, m := range list {
		for _, text := range m.texts {
			fmt.Fprintf(&b, "%s\n%s %s: %s\n\n%s\n", strings.Repeat("=", 80), m.path, m.version, text.name, bytes.TrimSpace(text.content))
		}
	}
	return b.Bytes()
}

// bill is what all programs of a release are made of, as a bill of materials in the
// form of CycloneDX.
type bill struct {
	release release
	modules map[string]module
}

func newBill(r release) *bill { return &bill{r, map[string]module{}} }

func (b *bill) add(list []module) {
	for _, m := range list {
		b.modules[m.path] = m
	}
}

type (
	component struct {
		Type       string     `json:"type"`
		Ref        string     `json:"bom-ref"`
		Name       string     `json:"name"`
		Version    string     `json:"version"`
		Licenses   []licensed `json:"licenses,omitempty"`
		Purl       string     `json:"purl"`
		Properties []property `json:"properties,omitempty"`
	}
	licensed struct {
		License struct {
			ID string `json:"id"`
		} `json:"license"`
	}
	property struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	needs struct {
		Ref string   `json:"ref"`
		On  []string `json:"dependsOn"`
	}
)

func (m module) component(kind string) component {
	purl := "pkg:" + cmp.Or(m.registry, "golang") + "/" + strings.ToLower(m.path) + "@" + strings.ReplaceAll(m.version, "+", "%2B")
	c := component{Type: kind, Ref: purl, Name: m.path, Version: m.version, Purl: purl}
	if m.license != "" {
		var l licensed
		l.License.ID = m.license
		c.Licenses = []licensed{l}
	}
	if m.sum != "" {
		c.Properties = []property{{"go.sum", m.sum}}
	}
	return c
}

func (b *bill) text() ([]byte, error) {
	type metadata struct {
		Timestamp string    `json:"timestamp"`
		Component component `json:"component"`
	}
	document := struct {
		Schema     string      `json:"$schema"`
		Format     string      `json:"bomFormat"`
		Spec       string      `json:"specVersion"`
		Serial     string      `json:"serialNumber,omitempty"`
		Version    int         `json:"version"`
		Metadata   metadata    `json:"metadata"`
		Components []component `json:"components"`
		Needs      []needs     `json:"dependencies"`
	}{
		Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX", Spec: "1.6", Version: 1,
		Metadata: metadata{b.release.date.Format(time.RFC3339), module{path: b.release.module, version: b.release.version, license: "Apache-2.0"}.component("application")},
	}
	own := needs{Ref: document.Metadata.Component.Ref}
	for _, path := range slices.Sorted(maps.Keys(b.modules)) {
		c := b.modules[path].component("library")
		document.Components = append(document.Components, c)
		own.On = append(own.On, c.Ref)
	}
	document.Needs = []needs{own}
	// Its number is made of what it says, so that it is the same again.
	before, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	id := sha256.Sum256(before)
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // a UUID of the free form
	document.Serial = fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:16])
	text, err := json.MarshalIndent(document, "", "  ")
	return append(text, '\n'), err
}
