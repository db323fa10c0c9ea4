package althing_test

import (
	"context"
	"fmt"

	"althing"
)

// A server that answers, commands and requests, and a client of it.
func Example() {
	server := &althing.Server{Addr: "127.0.0.1:0", Name: "garden"}
	server.OnMessage(func(c *althing.Conn, m *althing.Message) {
		c.Send(althing.NewMessage("Hello %s, you said %s.", c.Name(), m))
	})
	server.Handle(althing.Command{
		Name: "s.water", Description: "Water a plant", Params: []string{"plant"},
		Do: func(_ context.Context, call *althing.Call) (althing.Answer, error) {
			return althing.Text("The %s has water.", call.Arg(0)), nil
		},
	})
	server.AddRequest("PLANTS", []string{"tomato", "basil"}, false)
	if err := server.Start(); err != nil {
		fmt.Println(err)
		return
	}

	ctx := context.Background()
	client, err := althing.Dial(ctx, server.ListenAddr().String(), althing.ClientOptions{Name: "gardener"})
	if err != nil {
		fmt.Println(err)
		return
	}
	client.Send(althing.NewMessage("good morning"))
	m, _ := client.Read(ctx)
	fmt.Println(m)
	answer, _ := client.Command(ctx, "s.water", "basil")
	fmt.Println(answer.Text)
	answer, _ = client.Request(ctx, "PLANTS")
	fmt.Println(answer.Value)

	client.Close()
	server.Shutdown(ctx)
	// Output:
	// Hello gardener, you said good morning.
	// The basil has water.
	// [tomato basil]
}
