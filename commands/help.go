package commands

import (
	"context"
	"slices"
	"strings"

	"althing"
	"althing/fault"
)

// further is the category of commands that the program has added without one.
const further = "further"

// project is what s.help(project) tells.
const project = `althing is a hub and a framework for the programs and devices of one network.
Whoever connects can share values, send messages, ask, and run commands; servers
form a tree. Clients of LocalThingsNetwork 7 are welcome as they are.`

func (b *builtins) help(ctx context.Context, call *althing.Call) (althing.Answer, error) {
	st := b.styleFor(call)
	if len(call.Args) == 0 {
		return say(b.overview(st))
	}
	var parts []string
	for _, topic := range argTexts(call.Args) {
		part, err := b.helpOn(ctx, topic, st)
		if err != nil {
			return althing.Answer{}, err
		}
		parts = append(parts, part)
	}
	return say(strings.Join(parts, "\n\n"))
}

func (b *builtins) helpOn(ctx context.Context, topic string, st style) (string, error) {
	topic = unquoted(topic)
	category, ofCategory := strings.CutSuffix(strings.ToLower(topic), " commands")
	switch lower := strings.ToLower(topic); {
	case lower == "server":
		return b.aboutServer(ctx, st), nil
	case lower == "project":
		return st.bold("althing") + "\n" + project, nil
	case lower == "commands" || lower == "servercommands":
		return b.listed(b.categories(), st), nil
	case ofCategory && slices.Contains(b.categories(), strings.TrimSpace(category)):
		return b.listed([]string{strings.TrimSpace(category)}, st), nil
	case lower == "functions":
		return b.functions(st), nil
	}
	name := strings.TrimSuffix(topic, "()")
	for _, c := range b.server.Commands() {
		if c.Name == name || c.Name == "s."+name {
			return explained(c, st), nil
		}
	}
	for _, f := range b.Functions() {
		if f.Name == name {
			s := sheet{heading: f.Name + "(…)"}
			s.add("does", "%s", strings.ReplaceAll(f.Help, "\n", " "))
			s.add("category", functionsTopic)
			s.add("needs", "%s", f.needs())
			return s.text(st), nil
		}
	}
	return "", fault.New(fault.NotFound, "No Servercommand '%s' available", shown(topic, maxTitle))
}

// overview is what somebody reads first.
func (b *builtins) overview(st style) string {
	lines := []string{st.bold("Help of '" + shown(b.server.Info().Name, maxTitle) + "'")}
	lines = append(lines,
		"  s.help(server): about this server",
		"  s.help(project): about the project",
		"  s.help(commands): all commands",
		"  s.help("+users+" commands): those of a category",
		"  s.help(s.ping): one command",
		st.bold("Commands"))
	for _, category := range b.categories() {
		var list []string
		for _, c := range b.inCategory(category) {
			list = append(list, c.Name)
		}
		lines = append(lines, "  "+category+": "+names(list))
	}
	if functions := b.Functions(); len(functions) > 0 {
		list := make([]string, len(functions))
		for i, f := range functions {
			list[i] = f.Name
		}
		lines = append(lines, st.bold("Functions that queries can call")+" (s.help(functions))", "  "+names(list))
	}
	return strings.Join(lines, "\n")
}

// listed is all commands of categories.
func (b *builtins) listed(of []string, st style) string {
	var lines []string
	for _, category := range of {
		lines = append(lines, st.bold(shown(category, maxTitle)+" commands"))
		for _, c := range b.inCategory(category) {
			lines = append(lines, "  "+c.Usage()+": "+shown(c.Description, maxLine)+needs(c))
		}
	}
	return strings.Join(append(lines, "[o]: may be left out, [r]: may be repeated"), "\n")
}

// functionsTopic is what the functions of the owner's are called in the help.
const functionsTopic = "functions"

// functions is all functions of the owner's.
func (b *builtins) functions(st style) string {
	lines := []string{st.bold(functionsTopic)}
	for _, f := range b.Functions() {
		line := "  " + f.Name
		if about, _, _ := strings.Cut(f.Help, "\n"); about != "" {
			line += ": " + shown(about, maxLine)
		}
		if needs := f.needs(); needs != "" {
			line += " (" + needs + ")"
		}
		lines = append(lines, line)
	}
	if len(lines) == 1 {
		lines = append(lines, "  there are none")
	}
	return strings.Join(lines, "\n")
}

// guest is the role that everybody has.
const guest = "guest"

// needs is the role that a function asks for, where not everybody has it.
func (f Function) needs() string {
	if f.Role == guest {
		return ""
	}
	return f.Role
}

// needs says what it takes to run a command, where not everybody may.
func needs(c *althing.Command) string {
	others := others(c)
	if len(others) == 0 {
		return ""
	}
	return " (" + names(others) + ")"
}

// others are the permissions that a command needs and not everybody has.
func others(c *althing.Command) []string {
	return slices.DeleteFunc(slices.Clone(c.Needs), func(p string) bool { return p == althing.User })
}

func explained(c *althing.Command, st style) string {
	s := sheet{heading: c.Usage()}
	s.add("does", "%s", c.Description)
	s.add("category", "%s", categoryOf(c))
	s.add("needs", "%s", strings.Join(others(c), ", "))
	if len(c.Optional) > 0 || c.Repeatable != "" {
		s.add("parameters", "[o]: may be left out, [r]: may be repeated")
	}
	return s.text(st)
}

func categoryOf(c *althing.Command) string {
	if c.Category == "" {
		return further
	}
	return strings.ToLower(c.Category)
}

// categories are those that there are commands of: the known ones first.
func (b *builtins) categories() []string {
	found := slices.Clone(categories)
	for _, c := range b.server.Commands() {
		if category := categoryOf(c); !slices.Contains(found, category) {
			found = append(found, category)
		}
	}
	return found
}

func (b *builtins) inCategory(category string) []*althing.Command {
	return slices.DeleteFunc(b.server.Commands(), func(c *althing.Command) bool { return categoryOf(c) != category })
}
