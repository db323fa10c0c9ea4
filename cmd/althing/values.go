package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"althing"
	"althing/access"
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
		Long:    "Prints the value of KEY. When there is none, the exit status is 3. Of a hub that\nis away, as in KEY@barn, the last value is printed that was asked for, and on the\nstandard error how old that is.",
		Example: "  althing get garden.soil.temp\n  althing get garden.soil.temp@barn",
		Args:    exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return f.talk(c.Context(), func(a asker) error {
				shared, err := a.Get(c.Context(), args[0])
				if elsewhere := f.at != "" || strings.Contains(args[0], "@"); fault.Is(err, fault.NotFound) && !elsewhere { // else it may be the hub that is not found
					return fault.New(fault.NotFound, "there is no value '%s'", visible(args[0]))
				}
				if err != nil {
					return err
				}
				if shared.Away != "" {
					fmt.Fprintf(c.ErrOrStderr(), "althing: %s; this is its value of %v ago\n", visible(shared.Away), shared.Age.Round(time.Second))
				}
				return printValue(c.OutOrStdout(), shared.Value, asJSON)
			})
		},
	}
	f.add(c)
	f.addAt(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	return c
}

func newSet() *cobra.Command {
	var f hubFlags
	var expire seconds
	var expect string
	var create, asText, asJSON bool
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
			v := value.Value(value.Str(args[1]))
			if !asText {
				v = literal(args[1])
			}
			var how []althing.SetOption
			if c.Flags().Changed("expire") {
				how = append(how, althing.Expire(expire.duration()))
			}
			if c.Flags().Changed("expect") {
				how = append(how, althing.Expect(literal(expect)))
			}
			if create {
				how = append(how, althing.ExpectRevision(0))
			}
			return f.talk(c.Context(), func(a asker) error {
				revision, err := a.Set(c.Context(), args[0], v, how...)
				if err != nil || !asJSON {
					return err
				}
				return printObject(c.OutOrStdout(), []string{"key", "revision"}, []value.Value{value.Str(args[0]), value.Int(revision)})
			})
		},
	}
	f.add(c)
	f.addAt(c)
	c.Flags().Var(&expire, "expire", "remove it after this `time`: 30s, 5m, 2h, 7d, or a number of seconds")
	c.Flags().StringVar(&expect, "expect", "", "set it only when its value is this `literal` now")
	c.Flags().BoolVar(&create, "create", false, "set it only when it does not exist")
	c.Flags().BoolVar(&asText, "text", false, "take VALUE as a text even when it looks like a literal")
	c.Flags().BoolVar(&asJSON, "json", false, "print an object with the key and the revision that it has now")
	return c
}

// seconds is a flag that takes a time.
type seconds float64

func (s *seconds) Set(text string) error {
	text = strings.TrimPrefix(text, guard)
	d, err := access.Duration(text)
	n := d.Seconds()
	if err != nil {
		n, err = strconv.ParseFloat(text, 64)
	}
	if err != nil || !(n > 0) || math.IsInf(n, 1) {
		return fmt.Errorf("more than no time: 30s, 5m, 2h, 7d, or a number of seconds, not '%s'", text)
	}
	*s = seconds(n)
	return nil
}

// longest is how much time can be told.
const longest = time.Duration(math.MaxInt64)

func (s *seconds) duration() time.Duration {
	if float64(*s) >= longest.Seconds() {
		return longest
	}
	return time.Duration(float64(*s) * float64(time.Second))
}

func (s *seconds) String() string {
	if *s == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(*s), 'g', -1, 64)
}

func (*seconds) Type() string { return "time" }

// literal gives the value of what was typed as a Python literal; what is none is a
// text.
func literal(typed string) value.Value {
	v, err := expr.Literal(typed)
	if err != nil {
		return value.Str(typed)
	}
	return v
}

func newDelete() *cobra.Command {
	var f hubFlags
	var asJSON bool
	c := &cobra.Command{
		Use:     "delete PATTERN",
		Short:   "delete the shared values whose keys match",
		Long:    "Deletes every value whose key matches PATTERN (* ? [abc] [!abc]) and prints their\nnumber, which may be 0.",
		Example: "  althing delete 'project17.*'",
		Args:    exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return f.talk(c.Context(), func(a asker) error {
				n, err := a.Delete(c.Context(), args[0])
				if err != nil {
					return err
				}
				return printNamed(c.OutOrStdout(), "count", value.Int(n), asJSON)
			})
		},
	}
	f.add(c)
	f.addAt(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print an object with the count")
	return c
}
