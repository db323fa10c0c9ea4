package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"althing/hub"
)

func newMan() *cobra.Command {
	return &cobra.Command{
		Use:   "man [FOLDER]",
		Short: "write the manual pages",
		Long: `Writes the manual pages, one for each verb, into a folder; without one, prints the
first.`,
		Example: "  althing man | man -l -\n  althing man ~/.local/share/man/man1",
		Args:    between(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return manPage(c.OutOrStdout(), c.Root())
			}
			return manPages(c.Root(), args[0])
		},
	}
}

// manPages writes the page of a verb and of those below it.
func manPages(c *cobra.Command, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // pages are for everybody
		return err
	}
	var page strings.Builder
	if err := manPage(&page, c); err != nil {
		return err
	}
	file := filepath.Join(folder, manName(c)+".1")
	if err := os.WriteFile(file, []byte(page.String()), 0o644); err != nil { //nolint:gosec // pages are for everybody
		return err
	}
	for _, below := range c.Commands() {
		if below.IsAvailableCommand() && c.Name() != "completion" { // whose help is no text of ours
			if err := manPages(below, folder); err != nil {
				return err
			}
		}
	}
	return nil
}

func manName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// manPage writes one page, in the macros that every man has.
func manPage(out io.Writer, c *cobra.Command) error {
	var b strings.Builder
	section := func(name string) { b.WriteString(".SH " + name + "\n") }
	fmt.Fprintf(&b, ".TH %s 1 \"\" \"althing %s\" \"althing\"\n.ad l\n", strings.ToUpper(roff(manName(c))), roff(hub.Version))
	section("NAME")
	fmt.Fprintf(&b, "%s \\- %s\n", roff(manName(c)), roff(c.Short))
	section("SYNOPSIS")
	fmt.Fprintf(&b, ".B %s\n", roff(c.UseLine()))
	section("DESCRIPTION")
	for i, paragraph := range strings.Split(c.Long, "\n\n") {
		if i > 0 {
			b.WriteString(".PP\n")
		}
		if strings.HasPrefix(paragraph, "  ") { // something to type
			b.WriteString(literally(paragraph))
			continue
		}
		b.WriteString(roff(paragraph) + "\n")
	}
	c.InitDefaultHelpFlag()
	section("OPTIONS")
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden || c.Name() == "serve" { // whose bounds its own help has apart
			b.WriteString(manFlag(f))
		}
	})
	if c.Example != "" {
		section("EXAMPLES")
		b.WriteString(literally(c.Example))
	}
	var others []string
	for _, other := range append(c.Commands(), parents(c)...) {
		if (other.IsAvailableCommand() || !other.HasParent()) && c.Name() != "completion" {
			others = append(others, fmt.Sprintf(".BR %s (1)", roff(manName(other))))
		}
	}
	if len(others) > 0 {
		section("SEE ALSO")
		b.WriteString(strings.Join(others, ",\n") + "\n")
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func parents(c *cobra.Command) []*cobra.Command {
	if !c.HasParent() {
		return nil
	}
	return []*cobra.Command{c.Parent()}
}

// manFlag is a flag with its help.
func manFlag(f *pflag.Flag) string {
	kind, usage := pflag.UnquoteUsage(f)
	name := "--" + f.Name
	if f.Shorthand != "" {
		name = "-" + f.Shorthand + ", " + name
	}
	if kind != "" {
		name += " " + kind
	}
	if kind := f.Value.Type(); f.DefValue != "" && kind != "bool" && kind != "string" { // texts are other on every machine
		usage += " (default " + f.DefValue + ")"
	}
	return ".TP\n.B " + roff(name) + "\n" + roff(usage) + "\n"
}

// literally is a text whose lines stay as they are.
func literally(text string) string { return ".nf\n" + roff(text) + "\n.fi\n" }

// roff writes a text so that nothing in it is an order to the typesetter.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "\u2026", "...", "`", `\(ga`, "^", `\(ha`, "~", `\(ti`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
