package main

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"althing"
)

func newRecord() *cobra.Command {
	var f hubFlags
	var stop, asJSON bool
	c := &cobra.Command{
		Use:   "record [PATTERN]",
		Short: "have the hub record what numbers values were",
		Long: `Has the hub record, every second and after its restarts too, the values whose keys
match PATTERN (* ? [abc] [!abc]) and that are numbers; True and False are 1 and 0.
The dashboard plots them. Without PATTERN it lists what is recorded. --stop ends
it for a PATTERN of that list; what was recorded stays until it is 90 days old.`,
		Example: "  althing record 'garden.*'\n  althing record\n  althing record --stop 'garden.*'",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 && stop {
				return usagef("--stop: say of which PATTERN; 'althing record' lists them")
			}
			if len(args) == 0 {
				return nil
			}
			return exactly(1)(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			return f.talk(c.Context(), func(a asker) error {
				switch {
				case len(args) == 0:
					list, err := a.Recordings(c.Context())
					if err != nil {
						return err
					}
					return printRecordings(c.OutOrStdout(), list, asJSON)
				case stop:
					return a.StopRecording(c.Context(), args[0])
				}
				made, err := a.Record(c.Context(), args[0])
				if err != nil {
					return err
				}
				if made.Full {
					fmt.Fprintln(c.ErrOrStderr(), "althing: the hub records as many numbers as it can, and more match; 'althing record' lists for what")
				}
				return printRecording(c.OutOrStdout(), made, asJSON)
			})
		},
	}
	f.add(c)
	f.addAt(c)
	c.Flags().BoolVar(&stop, "stop", false, "record it no more")
	c.Flags().BoolVar(&asJSON, "json", false, "print an object, or a list of them")
	return c
}

func printRecording(out io.Writer, made althing.Recording, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(recordingObject(made))
	}
	numbers := "numbers are"
	if made.Numbers == 1 {
		numbers = "number is"
	}
	_, err := fmt.Fprintf(out, "%d %s recorded\n", made.Numbers, numbers)
	return err
}

func printRecordings(out io.Writer, list []althing.Recording, asJSON bool) error {
	if asJSON {
		objects := []recordingJSON{}
		for _, made := range list {
			objects = append(objects, recordingObject(made))
		}
		return json.NewEncoder(out).Encode(objects)
	}
	rows := [][]cell{{{text: "pattern"}, {text: "numbers", right: true}, {text: "since"}}}
	for _, made := range list {
		rows = append(rows, []cell{
			{text: visible(made.Pattern)}, {text: fmt.Sprint(made.Numbers), right: true}, {text: made.Since.Format(time.DateTime)},
		})
	}
	return writeTable(out, rows)
}

type recordingJSON struct {
	Pattern string    `json:"pattern"`
	Numbers int       `json:"numbers"`
	Since   time.Time `json:"since"`
	Full    bool      `json:"full"`
}

func recordingObject(r althing.Recording) recordingJSON {
	return recordingJSON{r.Pattern, r.Numbers, r.Since.UTC(), r.Full}
}
