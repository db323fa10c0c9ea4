package web

import (
	"net/http"

	"althing/access"
)

// completeOperations help who types an expression.
var completeOperations = []operation{
	{
		method: http.MethodPost, path: "/complete", act: access.Read, quiet: true, summary: "What may stand at the end of an expression",
		in: completeIn{}, out: completeOut{}, run: completeText,
	},
}

type completeIn struct {
	Text string `json:"text" help:"the expression as far as it is typed"`
}

type completeOut struct {
	From  int            `json:"from" help:"from which byte of the text on the words stand"`
	Words []completeWord `json:"words"`
	End   string         `json:"end" help:"what follows the word"`
}

type completeWord struct {
	Text  string `json:"text"`
	Usage string `json:"usage,omitempty" help:"of a function: how it is called"`
	Help  string `json:"help,omitempty"`
}

func completeText(c *call) (any, error) {
	from, words, end, err := c.session.Complete(c.Context(), c.in.(*completeIn).Text)
	out := completeOut{From: from, Words: make([]completeWord, len(words)), End: end}
	for i, w := range words {
		out.Words[i] = completeWord(w)
	}
	return out, err
}
