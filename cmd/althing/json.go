package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"althing/fault"
	"althing/value"
)

func printValue(out io.Writer, v value.Value, asJSON bool) error {
	text := value.Text(v)
	if asJSON {
		text = string(value.AppendJSON(nil, v))
	}
	_, err := fmt.Fprintln(out, text)
	return err
}

// printNamed prints a value, which in JSON is an object that names it.
func printNamed(out io.Writer, name string, v value.Value, asJSON bool) error {
	if asJSON {
		return printObject(out, []string{name}, []value.Value{v})
	}
	return printValue(out, v, false)
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

// complain says what has gone wrong: on a line for people, or for a verb that was to
// print JSON as an object.
func complain(errs io.Writer, c *cobra.Command, err error) {
	if f := c.Flags().Lookup("json"); f == nil || f.Value.String() != "true" {
		fmt.Fprintln(errs, "althing:", err)
		return
	}
	names := []string{"error", "status"}
	values := []value.Value{value.Str(strings.ToValidUTF8(err.Error(), "\ufffd")), value.Int(exitStatus(err))}
	if said, ok := errors.AsType[*fault.Error](err); ok {
		names, values = append(names, "code"), append(values, value.Str(said.Code))
	}
	_ = printObject(errs, names, values) // there is nowhere else to say it
}
