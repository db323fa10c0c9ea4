// Command althing is the hub and the verbs to talk to one.
package main

import (
	"io"
	"os"

	"github.com/spf13/cobra"

	"althing/hub"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run is main with its surroundings handed in.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	out, errs := safely(stdout), safely(stderr)
	root := newRoot()
	root.SetArgs(guardNumbers(args))
	root.SetIn(stdin)
	root.SetOut(out)
	root.SetErr(errs)
	if c, err := root.ExecuteC(); err != nil {
		complain(errs, c, err)
		return exitStatus(err)
	}
	return exitOK
}

func newRoot() *cobra.Command {
	root := verbsOf(&cobra.Command{
		Use:   "althing",
		Short: "A hub for the programs and devices of one network",
		Long: `althing is a hub for the programs and devices of one network, and the verbs to
talk to one. Start a hub with

  althing serve

and, in another terminal, share a value and read it:

  althing set garden.soil.temp 56
  althing get garden.soil.temp

Exit status: 0 fine, 1 an error, 2 wrong usage, 3 not found, 4 refused,
5 timed out, 6 no hub.`,
		Version:       hub.Version,
		SilenceUsage:  true,
		SilenceErrors: true,
	})
	cobra.EnableCommandSorting = false // the order below is the one of a reader
	root.SetFlagErrorFunc(flagError)
	root.SetUsageFunc(showUsage(""))
	root.SetHelpCommand(newHelp())
	root.AddGroup(&cobra.Group{ID: "hub", Title: "The hub:"}, &cobra.Group{ID: "client", Title: "Talking to a hub:"})
	for _, c := range []*cobra.Command{newServe(), newBoot(), newAdminKey(), newUser(), newFingerprint(), newBackup(), newRestore(), newRepair(), newConfig(), newDoctor()} {
		c.GroupID = "hub"
		root.AddCommand(c)
	}
	for _, c := range clientVerbs() {
		c.GroupID = "client"
		root.AddCommand(c)
	}
	root.AddCommand(newMan())
	root.InitDefaultCompletionCmd() // cobra's; else it comes with the first verb that is run
	addCompletions(root)
	return root
}

// clientVerbs are the verbs that talk to a hub. They are a client like
// anyone's: all they do, a program can do with package althing.
func clientVerbs() []*cobra.Command {
	return []*cobra.Command{
		newEval(), newGet(), newSet(), newDelete(), newWatch(), newRecord(),
		newSend(), newRecv(), newGroups(), newCall(), newFunctions(), newSQL(), newExport(), newImport(), newStatus(), newCPU(),
		newNet(), newParent(), newToken(), newFind(), newAddress(),
	}
}
