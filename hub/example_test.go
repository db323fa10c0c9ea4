package hub_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"time"

	"althing"
	"althing/fault"
	"althing/functions"
	"althing/gateway/session"
	"althing/hub"
	"althing/value"
)

// A program with a hub in it, and a function of its own that every client can call.
func Example() {
	ctx := context.Background()
	data, err := os.MkdirTemp("", "hub")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(data)
	log := slog.New(slog.DiscardHandler)
	h, err := hub.Open(ctx, hub.Config{Data: data, Name: "garden", Log: log})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = h.AddFunction(functions.Function{
		Name: "fahrenheit", Help: "Gives degrees Celsius in degrees Fahrenheit: fahrenheit(20)",
		Do: func(_ context.Context, args []value.Value) (value.Value, error) {
			if len(args) == 1 {
				if celsius, ok := args[0].(value.Int); ok {
					return celsius*9/5 + 32, nil
				}
			}
			return nil, fault.New(fault.Invalid, "fahrenheit(20): one integer is wanted")
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	// A way in. There is also the text port's, package gateway/text.
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	sessions, err := session.New(h, session.Options{Log: log})
	if err != nil {
		fmt.Println(err)
		return
	}
	go sessions.Serve(port)

	lamp, err := althing.Dial(ctx, port.Addr().String(), althing.ClientOptions{Name: "lamp"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(lamp.Eval(ctx, "fahrenheit(20)"))
	fmt.Println(lamp.Eval(ctx, "fahrenheit('warm')"))
	lamp.Close()

	soon, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	sessions.Shutdown(soon)
	h.Close(soon)
	// Output:
	// 68 <nil>
	//  fahrenheit(20): one integer is wanted
}
