// Tree is LocalThings' notebook "Layered network demonstration" in Go: four hubs
// that form a tree, clients of theirs, and the commands that show, move and end
// them, cell by cell and without the notebook's mistakes.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	host := flag.String("host", "127.0.0.1", "the `address` that the hubs listen at")
	flag.Parse()
	if err := demonstrate(context.Background(), os.Stdout, *host); err != nil {
		fmt.Fprintln(os.Stderr, "tree:", err)
		os.Exit(1)
	}
}

// demonstrate goes through the cells.
func demonstrate(ctx context.Context, out io.Writer, host string) (err error) {
	folder, err := os.MkdirTemp("", "althing-tree-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	d := &demonstration{ctx: ctx, out: &page{to: out}, folder: folder, host: host, hubs: map[string]*station{}, clients: map[string]*friend{}}
	defer d.end()
	for _, step := range []func() error{d.start, d.build, d.connect, d.moveToItself, d.list, d.shutdownOne, d.shutdownAll} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// start is cells 2 to 6: the hubs.
func (d *demonstration) start() error {
	for n, name := range []string{mainserver, "sub1", "sub2", "lower_sub3"} {
		d.cell(n+3, "%s.startServer()", name)
		if err := d.startHub(name); err != nil {
			return err
		}
	}
	return nil
}

// build is cells 7 to 9: who is below whom. A token, which a hub makes, lets
// another one join below it.
func (d *demonstration) build() error {
	for n, pair := range [][2]string{{"sub1", mainserver}, {"sub2", mainserver}, {"lower_sub3", "sub1"}} {
		d.cell(n+7, "%s.connect(%s.addr)", pair[0], pair[1])
		child, parent := d.hubs[pair[0]], d.hubs[pair[1]]
		token, err := parent.hub.Network().MakeToken()
		if err == nil {
			err = child.hub.Network().Move(d.ctx, parent.address, token)
		}
		if err != nil {
			return err
		}
		path, layer := child.hub.Network().Path()
		d.out.print("'Connected': %s, layer %d", path, layer)
	}
	return nil
}

// connect is cells 10 to 13: the clients.
func (d *demonstration) connect() error {
	for n, pair := range [][2]string{{"client1", mainserver}, {"client2", mainserver}, {"client3", "sub1"}, {"client4", "lower_sub3"}} {
		d.cell(n+10, "c%d.connect(%s.addr)", n+1, pair[1])
		if err := d.connectClient(pair[0], d.hubs[pair[1]]); err != nil {
			return err
		}
		d.out.print("'Connected'")
	}
	return nil
}

// moveToItself is cells 14 and 15: a hub cannot be below itself. It says so, and
// stays where it is; the notebook's lost its place and a client.
func (d *demonstration) moveToItself() error {
	host, port, _ := strings.Cut(d.hubs["lower_sub3"].address, ":")
	command := fmt.Sprintf("s.sethigherserver('%s', %s)", host, port)
	for n := range 2 {
		d.cell(n+14, "c4.sendMsg(\"%s\")", command)
		if err := d.send("client4", command); err != nil {
			return err
		}
	}
	path, _ := d.hubs["lower_sub3"].hub.Network().Path()
	d.out.print("lower_sub3 is where it was: %s", path)
	return nil
}

// list is cell 16, with everybody in it.
func (d *demonstration) list() error {
	d.cell(16, "c1.sendMsg('s.listnetwork()')")
	return d.send("client1", "s.listnetwork()")
}

// shutdownOne is cell 17: those that are left go on.
func (d *demonstration) shutdownOne() error {
	d.cell(17, "sub3.shutdownServer()")
	if err := d.hubs["lower_sub3"].shutdown(); err != nil {
		return err
	}
	return d.clients["client4"].gone(d.ctx)
}

// shutdownAll is cells 18 and 19: the first time nothing happens, the second time
// the whole tree ends, and everybody in it hears of it.
func (d *demonstration) shutdownAll() error {
	const command = "s.shutdownnetwork()"
	d.cell(18, "c1.sendMsg('%s')", command)
	if err := d.send("client1", command); err != nil {
		return err
	}
	d.cell(19, "# Confirmation\n        c1.sendMsg('%s')", command)
	if err := d.send("client1", command); err != nil {
		return err
	}
	for _, name := range []string{"client1", "client2", "client3"} {
		if err := d.clients[name].gone(d.ctx); err != nil {
			return err
		}
	}
	for _, name := range []string{"sub1", "sub2", mainserver} {
		if err := d.hubs[name].ended(d.ctx); err != nil {
			return err
		}
	}
	d.out.print("All hubs have ended")
	return nil
}
