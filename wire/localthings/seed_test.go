package localthings_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"althing"
	"althing/value"
	"althing/wire"
	"althing/wire/localthings"
	"althing/wire/localthings/localthingstest"
)

// notebook is a server's console, of which a test reads the lines in order.
type notebook struct {
	*testing.T
	lines chan string
}

func newNotebook(t *testing.T) *notebook {
	t.Helper()
	return &notebook{t, make(chan string, 1000)}
}

// Write implements io.Writer. What ends the services comes at a moment of its own.
func (n *notebook) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		if line != "Ended services\n" {
			n.lines <- strings.TrimSuffix(line, "\n")
		}
	}
	return len(p), nil
}

func (n *notebook) next() string {
	n.Helper()
	select {
	case line := <-n.lines:
		return regexp.MustCompile(`^\[\d\d:\d\d:\d\d\]`).ReplaceAllString(line, "[]")
	case <-time.After(10 * time.Second):
		n.Fatal("the console has no further line")
		return ""
	}
}

// shows wants the next lines to be these.
func (n *notebook) shows(want ...string) {
	n.Helper()
	for _, w := range want {
		if got := n.next(); got != w {
			n.Errorf("the console shows %q, want %q", got, w)
		}
	}
}

func (n *notebook) check(err error) {
	n.Helper()
	if err != nil {
		n.Fatal(err)
	}
}

// same compares what a cell prints.
func (n *notebook) same(got, want any) {
	n.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		n.Errorf("got %v, want %v", got, want)
	}
}

// TestTheServersNotebook goes through the cells of the notebook "Server
// demonstration", by their numbers, with two clients in Python.
func TestTheServersNotebook(t *testing.T) {
	n := newNotebook(t)
	ctx := t.Context()
	client1, client2 := localthingstest.Start(t), localthingstest.Start(t) // 2

	server := &althing.Server{ // 3
		Name: "Demoserver", Description: "Demonstrate abilities of the localthingsnet(work) project",
		Addr: "127.0.0.1:0", DataPorts: "0", AdminKey: "DemoKey", Console: n,
		Protocols: []wire.Protocol{localthings.Protocol{MaxDatasize: 1024}}, Logger: slog.New(slog.DiscardHandler),
	}
	n.check(server.Start()) // 4
	defer server.Close()
	port := server.ListenAddr().(*net.TCPAddr).Port
	n.shows(fmt.Sprintf("Serversock bound to %d", port), fmt.Sprintf("Server is running at ('127.0.0.1', %d)", port))

	n.same(client1.Do("connect", "client_1", "127.0.0.1", port), "Connected") // 5
	n.shows("127.0.0.1 is registered as 'client_1'")
	n.same(client2.Do("connect", "client_2", "127.0.0.1", port), "Connected")
	n.shows("127.0.0.1 is registered as 'client_2'")
	for i, p := range []*localthingstest.Program{client1, client2} {
		for _, line := range []string{"Connected to Demoserver", fmt.Sprintf("Registered as 'client_%d'", i+1), "Type 's.help()' for more information"} {
			n.same(p.Want("message"), line)
		}
	}
	cl1, cl2 := server.ByName("client_1"), server.ByName("client_2") // 6
	n.same(server.Conn(cl1.ID()) == cl1, true)                       // 7
	n.same(cl1.Name(), "client_1")
	n.same(cl1.IsServer(), false)
	n.same(cl1.Conns()[port] == cl1, true)
	n.same(cl1.Has(althing.User) && !cl1.Has(althing.Admin) && !cl1.Muted() && cl1.LastPing() == 0, true)
	n.same(client1.Do("keys", "serverdata"), []string{ // 8
		"servername", "description", "server_version", "starttime", "layer", "separator", "max_datasize",
		"max_username_length", "servercommands", "requestables", "socks",
	})
	n.same(client1.Do("request", port, "SERVERDATA").(map[string]any)["server_version"], "7.43.162")
	n.same(cl1.Hello().Description, "") // "None", as it says

	client1.Do("message", port, "Hello server!") // 9: there is no Maindata yet
	client1.Do("message", port, "Send though maindatasock")
	client1.Do("value", port, "[1, 2, 3]")
	n.shows("[]client_1: Hello server!", "[]client_1: Send though maindatasock",
		"WAR: Could not identify the purpose of a <class 'list'> obj sent by user 'client_1'")
	n.same(client1.Want("message"), "\x1b[3mReceived:\x1b[0m Hello server!")
	n.same(client1.Want("message"), "\x1b[3mReceived:\x1b[0m Send though maindatasock")

	n.check(cl1.Send(althing.NewMessage("Hello client!"))) // 10
	n.same(client1.Want("message"), "Hello client!")
	n.check(cl2.SendValue([]any{0, 1, 2, false}))
	n.same(client2.Want("value"), "[0, 1, 2, False]")

	n.same(cl1.Hello().Commands, "[changename setlayer updateserverdata disconnect connect newdatasock]") // 11
	n.same(cl1.Hello().Requests, "[PING CLIENTDATA]")

	_, err := cl2.Command(ctx, "changename", "better name") // 12, 13
	n.check(err)
	n.same(client2.Want("command"), "changename")
	until(t, "the name", func() bool { return client2.Do("username") == "better name" })
	answer, err := cl1.Request(ctx, "CLIENTDATA") // 14
	n.check(err)
	n.same(value.Repr(answer.Value), "{'description': 'None', 'username': 'client_1', 'client_version': '6.26.136', "+
		"'commands': ['changename', 'setlayer', 'updateserverdata', 'disconnect', 'connect', 'newdatasock'], 'requestables': ['PING', 'CLIENTDATA']}")
	answer, err = cl1.Request(ctx, "PING")
	n.check(err)
	n.same(answer.Took > 0, true)

	commandsOfTheNotebook(n, server, client1, client2, port)

	n.check(server.AddRequest("THE_ANSWER_TO_EVERYTHING", []any{42, "towel"}, false)) // 21
	n.check(server.AddRequest("SERVER", func() any { return server.String() }, false))
	n.same(client1.Do("request", port, "THE_ANSWER_TO_EVERYTHING"), []any{42, "towel"})                                             // 22
	n.same(client1.Do("request", port, "SERVER"), fmt.Sprintf("<Server (Demoserver), active, Serversock=('127.0.0.1', %d)>", port)) // 23
	n.check(server.DeleteRequest("SERVER"))                                                                                         // 24
	n.check(server.DeleteRequest("THE_ANSWER_TO_EVERYTHING"))
	answer, err = cl2.Request(ctx, "CLIENTDATA") // 25
	n.check(err)
	name, _ := answer.Value.(*value.Dict).Get(value.Str("username"))
	n.same(name, "better name")

	channelsOfTheNotebook(n, server, client1, cl1, cl2)

	err = server.AddService(althing.Service{Name: "ping", Do: func(ctx context.Context, conns []*althing.Conn) error { // 31
		for _, c := range conns {
			c.On(althing.Maindata).Ping(ctx)
		}
		return nil
	}}, true) // it is built in
	n.check(err)
	server.StartServices(time.Millisecond) // 32
	n.shows("Started services")
	until(t, "ping", func() bool { return cl1.LastPing() > 0 }) // 33
	n.check(server.DeleteService("ping"))                       // 34

	maindata := portOf(t, server, althing.Maindata)
	done, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	n.check(server.Shutdown(done)) // 35
	n.shows("Shutting Server down", "Stopping services", "Disconnecting all users")
	gone := []string{n.next(), n.next()}
	slices.Sort(gone)
	n.same(gone, "[Disconnected connection 'client_1' Disconnected connection 'client_2']")
	n.shows("Unbinding all sockets", fmt.Sprintf("Closing datasock 'Serversock' at %d", port),
		fmt.Sprintf("Closing datasock 'Maindata' at %d", maindata), "Server is inactive")
	for _, p := range []*localthingstest.Program{client1, client2} {
		until(t, "disconnect", func() bool { return p.Want("command") == "disconnect" })
	}
}

// commandsOfTheNotebook are the cells 15 to 20.
func commandsOfTheNotebook(n *notebook, server *althing.Server, client1, client2 *localthingstest.Program, port int) {
	n.Helper()
	n.check(server.AddCommand(althing.Command{ // 15
		Name: "s.greet", Description: "Greet someone", Params: []string{"name"},
		Do: func(_ context.Context, call *althing.Call) (althing.Answer, error) {
			fmt.Fprintf(n, "Hello %s!\n", call.Arg(0))
			return althing.Answer{}, nil
		},
	}, false))
	client1.Do("message", port, "s.greet(World)") // 16
	n.shows("[]client_1: s.greet(World)", "Hello World!")

	ready := make(chan struct{})
	expensive := althing.Command{ // 17
		Name: "s.expensive", Description: "Counts to a number", Params: []string{"arg1"}, Optional: []string{"arg2"},
		Do: func(ctx context.Context, call *althing.Call) (althing.Answer, error) {
			arg2 := call.Arg(1)
			if arg2 == "" {
				arg2 = "2"
			}
			fmt.Fprintf(n, "calculating arguments '%s' & '%s'\n", call.Arg(0), arg2)
			<-ready
			server.Say(althing.KindStatus, "Finished runtime expensive function function")
			return althing.Answer{}, nil
		},
	}
	n.check(server.AddCommand(expensive, false))
	client2.Do("message", port, "s.expensive(10)") // 18
	client2.Do("message", port, "s.greet(Tom)")
	n.shows("[]client_2: s.expensive(10)", "calculating arguments '10' & '2'")
	ready <- struct{}{}
	n.shows("Finished runtime expensive function function", "[]client_2: s.greet(Tom)", "Hello Tom!")

	expensive.Background = true // 19
	n.check(server.AddCommand(expensive, true))
	client2.Do("message", port, "s.expensive(10)")
	n.shows("[]client_2: s.expensive(10)", "calculating arguments '10' & '2'")
	client2.Do("message", port, "s.greet(Tom)")
	n.shows("[]client_2: s.greet(Tom)", "Hello Tom!")
	ready <- struct{}{}
	n.shows("Finished runtime expensive function function")

	n.check(server.DeleteCommand("s.greet")) // 20
	n.check(server.DeleteCommand("s.expensive"))
}

// channelsOfTheNotebook are the cells 26 to 30.
func channelsOfTheNotebook(n *notebook, server *althing.Server, client1 *localthingstest.Program, cl1, cl2 *althing.Conn) {
	n.Helper()
	n.check(server.OpenMaindata()) // 26
	maindata := portOf(n.T, server, althing.Maindata)
	n.shows(fmt.Sprintf("Maindata Datasock bound to %d", maindata))

	n.check(server.OpenChannel(althing.Channel{ // 27: the first of the two ports is taken
		Name: "DataSocket1", Ports: althing.Ports(fmt.Sprintf("%d,0", maindata)), Connect: []*althing.Conn{cl2}, ConnectNew: true,
	}))
	datasocket1 := portOf(n.T, server, "DataSocket1")
	n.shows(fmt.Sprintf("DataSocket1 Datasock bound to %d", datasocket1))
	n.check(server.OpenChannel(althing.Channel{ // 28
		Name: "CustomDatasock", Connect: []*althing.Conn{cl1},
		Handle: func(_ context.Context, conn net.Conn, _ *althing.Conn) {
			data := make([]byte, 1024)
			for {
				size, err := conn.Read(data)
				if err != nil {
					return
				}
				fmt.Fprintf(n, "Received %d bytes\n", size)
			}
		},
	}))
	custom := portOf(n.T, server, "CustomDatasock")
	n.shows(fmt.Sprintf("CustomDatasock Datasock bound to %d", custom))
	socks := func(c *althing.Conn, want ...string) {
		n.Helper()
		until(n.T, "the datasocks", func() bool {
			var names []string
			for _, sock := range c.Socks() {
				names = append(names, sock.Name)
			}
			slices.Sort(names)
			return slices.Equal(names, want)
		})
	}
	socks(cl1, "CustomDatasock", "Maindata")
	socks(cl2, "DataSocket1", "Maindata")
	client1.Do("raw", custom, "b'Hello'") // 29
	n.shows("Received 5 bytes")

	n.check(server.CloseChannel("DataSocket1")) // 30
	n.check(server.CloseChannel("CustomDatasock"))
	n.shows(fmt.Sprintf("Closing datasock 'DataSocket1' at %d", datasocket1), fmt.Sprintf("Closing datasock 'CustomDatasock' at %d", custom))
}
