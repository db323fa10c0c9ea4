// Package althing makes servers and their clients in a few lines: callbacks,
// messages, commands and requests in both directions, over the session protocol
// and whatever other protocols a program names.
//
//	server := &althing.Server{Addr: "127.0.0.1:4000"}
//	server.OnMessage(func(c *althing.Conn, m *althing.Message) {
//		server.Broadcast(m, c) // a chat: all but the one who said it
//	})
//	log.Fatal(server.ListenAndServe())
//
// A client is as short:
//
//	client, err := althing.Dial(ctx, "127.0.0.1:4000", althing.ClientOptions{Name: "lamp"})
//	err = client.Send(althing.NewMessage("hello"))
//	m, err := client.Read(ctx)
//
// A server may have more ports, which are channels, and work that it repeats,
// which are services; and it says on a console what happens:
//
//	server.Console = os.Stdout
//	err := server.OpenChannel(althing.Channel{Name: "pictures", Handle: receive})
//	err = server.AddService(althing.Service{Name: "clock", Do: tellTime}, false)
//	server.StartServices(time.Second)
//
// What one client sends is handled in the order in which it was sent; what
// different clients send is handled concurrently. Errors are package fault's:
// their code is the same at both ends.
package althing
