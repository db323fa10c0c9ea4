package main

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"althing/expr"
	"althing/fault"
	"althing/value"
)

func newGet() *cobra.Command {
	var f hubFlags
	var asJSON bool
	c := &cobra.Command{
		Use:     "get KEY",
		Short:   "print a shared value",
		Long:    "Prints the value of KEY. When there is none, the exit status is 3.",
		Example: "  althing get garden.soil.temp",
		Args:    exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return f.talk(c.Context(), func(l *line) error {
				v, err := l.value(c.Context(), "MyData["+quote(args[0])+"]")
				if fault.Is(err, fault.NotFound) {
					return fault.New(fault.NotFound, "there is no value '%s'", visible(args[0]))
				}
				if err != nil {
					return err
				}
				return printValue(c.OutOrStdout(), v, asJSON)
			})
		},
	}
	f.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	return c
}

func printValue(out io.Writer, v value.Value, asJSON bool) error {
	text := value.Text(v)
	if asJSON {
		text = string(value.AppendJSON(nil, v))
	}
	_, err := fmt.Fprintln(out, text)
	return err
}

// printObject prints names and values as one JSON object.
func printObject(out io.Writer, names []string, values []value.Value) error {
	d, err := object(names, values)
	if err != nil {
		return err
	}
	return printValue(out, d, true)
}

func object(names []string, values []value.Value) (*value.Dict, error) {
	pairs := make([]value.Pair, len(names))
	for i, name := range names {
		pairs[i] = value.Pair{Key: value.Str(name), Value: values[i]}
	}
	return value.NewDict(pairs)
}

func newSet() *cobra.Command {
	var f hubFlags
	var expire seconds
	var expect string
	var create, asText bool
	c := &cobra.Command{
		Use:   "set KEY VALUE",
		Short: "share a value",
		Long: `Sets KEY to VALUE. VALUE is a Python literal (56, 1.5, True, [1, 'two'],
{'a': 1}, 'text'); what is none is taken as a text as it stands.`,
		Example: `  althing set garden.soil.temp 56
  althing set garden.name "Behind the house"
  althing set door.open True --expire 5m`,
		Args: exactly(2),
		RunE: func(c *cobra.Command, args []string) error {
			val := quote(args[1])
			if !asText {
				val = literal(args[1])
			}
			query := "setReg(" + quote(args[0]) + ", " + val
			if c.Flags().Changed("expire") {
				query += ", expire=" + strconv.FormatFloat(float64(expire), 'g', -1, 64)
			}
			if c.Flags().Changed("expect") {
				query += ", expect=" + literal(expect)
			}
			if create {
				query += ", create=True"
			}
			return f.talk(c.Context(), func(l *line) error {
				_, err := l.ask(c.Context(), query+")")
				return err
			})
		},
	}
	f.add(c)
	c.Flags().Var(&expire, "expire", "remove it after this `time`: 30s, 5m, 2h, or a number of seconds")
	c.Flags().StringVar(&expect, "expect", "", "set it only when its value is this `literal` now")
	c.Flags().BoolVar(&create, "create", false, "set it only when it does not exist")
	c.Flags().BoolVar(&asText, "text", false, "take VALUE as a text even when it looks like a literal")
	return c
}

// seconds is a flag that takes a time.
type seconds float64

func (s *seconds) Set(text string) error {
	text = strings.TrimPrefix(text, guard)
	d, err := time.ParseDuration(text)
	n := d.Seconds()
	if err != nil {
		n, err = strconv.ParseFloat(text, 64)
	}
	if err != nil || !(n > 0) || math.IsInf(n, 1) {
		return fmt.Errorf("more than no time: 30s, 5m, 2h, or a number of seconds, not '%s'", text)
	}
	*s = seconds(n)
	return nil
}

func (s *seconds) String() string {
	if *s == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(*s), 'g', -1, 64)
}

func (*seconds) Type() string { return "time" }

// literal gives what was typed as a Python literal on one line.
func literal(typed string) string {
	v, err := expr.Literal(typed)
	if err != nil {
		return quote(typed)
	}
	text := value.Repr(v)
	if _, err := expr.Literal(text); err != nil {
		return typed // 1e999, whose repr is the name inf
	}
	return text
}

func newDelete() *cobra.Command {
	var f hubFlags
	c := &cobra.Command{
		Use:     "delete PATTERN",
		Short:   "delete the shared values whose keys match",
		Long:    "Deletes every value whose key matches PATTERN (* ? [abc] [!abc]) and prints their\nnumber, which may be 0.",
		Example: "  althing delete 'project17.*'",
		Args:    exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return f.ask(c.Context(), c.OutOrStdout(), call("delete", args[0]))
		},
	}
	f.add(c)
	return c
}
