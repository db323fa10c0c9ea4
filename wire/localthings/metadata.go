package localthings

import (
	"cmp"
	"net"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"althing/fault"
	"althing/value"
	"althing/value/pickle"
	"althing/wire"
)

const (
	// maxShown is the bytes of a server's name and description in its data, so
	// that the lists have the rest of a step.
	maxShown = 512
	// maxUsernameLength is what the server's data says about names, in
	// characters.
	maxUsernameLength = maxUsername
)

// What a client of this wire answers and can be told to do, whoever uses it: the
// lists of its data begin with these.
var (
	ownRequests = []string{askPing, askClientdata}
	ownCommands = []string{doRename, doLayer, doServerdata, doDisconnect, doConnect, doNewDatasock}
)

// noDescription is the original's word for none.
const noDescription = "None"

// serverdata is what a server says about itself. Its pickle fits a step: lists
// that are too long are cut, and a client that wants more asks a program.
func serverdata(i wire.Info, size int) *value.Dict {
	entries := []value.Pair{
		pair("servername", value.Str(cut(i.Name, maxShown))),
		pair("description", value.Str(cut(cmp.Or(i.Description, noDescription), maxShown))),
		pair("server_version", value.Str(serverVersion)),
		pair("starttime", value.Float(float64(i.Started.UnixMicro())/1e6)),
		pair("layer", value.Int(i.Layer)),
		pair("separator", value.Str(separator)),
		pair("max_datasize", value.Int(size)),
		pair("max_username_length", value.Int(maxUsernameLength)),
		pair("servercommands", value.List{}),
		pair("requestables", value.List{}),
		pair("socks", value.List{}),
	}
	const commands, requests, socks = 8, 9, 10
	if addr, err := address(i.Higher); err == nil {
		entries = append(entries, pair("higher_addr", addr))
	}
	room := maxStep - len(pickle.Append(nil, dict(entries)))
	list := make(value.List, len(i.Socks))
	for n, sock := range i.Socks {
		list[n] = value.List{value.Str(sock.Name), value.Int(sock.Port)}
	}
	entries[socks].Value = fit(list, &room)
	entries[commands].Value = fit(value.Texts(i.Commands), &room)
	entries[requests].Value = fit(value.Texts(append([]string{askServerdata}, i.Requests...)), &room)
	return dict(entries)
}

// fit gives as many of the items as there is room for, and takes the room.
func fit(items value.List, room *int) value.List {
	const around = 3 // bytes of a pickle beside its value
	*room -= 2       // the mark, and the opcode behind the items
	for n, item := range items {
		size := len(pickle.Append(nil, item)) - around
		if size > *room {
			return items[:n]
		}
		*room -= size
	}
	return items
}

// readServerdata reads what a server says about itself, and how large its
// packets are.
func readServerdata(v value.Value) (info wire.Info, packetSize int, err error) {
	d, ok := v.(*value.Dict)
	if !ok {
		return info, 0, fault.New(fault.Invalid, "the server's data is no dict but %s", v.TypeName())
	}
	sep, err := textOf(d, "separator", wire.MaxName)
	if err == nil && sep != separator {
		err = fault.New(fault.Invalid, "the server's separator is %.40q, not %s", sep, separator)
	}
	if err != nil {
		return info, 0, err
	}
	packetSize = numberOf(d, "max_datasize")
	if packetSize < 2*packetFrame {
		return info, 0, fault.New(fault.Invalid, "the server's max_datasize is %d; at least %d are needed", packetSize, 2*packetFrame)
	}
	if info.Name, err = textOf(d, "servername", wire.MaxName); err != nil {
		return info, 0, err
	}
	if info.Description, err = descriptionOf(d); err != nil {
		return info, 0, err
	}
	if info.Version, err = textOf(d, "server_version", wire.MaxName); err != nil {
		return info, 0, err
	}
	info.Layer = numberOf(d, "layer")
	info.Commands = namesOf(d, "servercommands")
	info.Requests = namesOf(d, "requestables")
	info.Limits = wire.Limits{Message: maxTransmission, Name: numberOf(d, "max_username_length")}
	if v, ok := d.Get(value.Str("starttime")); ok {
		if f, ok := v.(value.Float); ok {
			info.Started = time.UnixMicro(int64(f * 1e6))
		}
	}
	for _, sock := range list(d, "socks") {
		if parts, _ := value.Items(sock); len(parts) == 2 {
			name, isName := parts[0].(value.Str)
			port, isPort := parts[1].(value.Int)
			if isName && isPort {
				info.Socks = append(info.Socks, wire.Sock{Name: string(name), Port: int(port)})
			}
		}
	}
	if v, ok := d.Get(value.Str("higher_addr")); ok {
		info.Higher, _ = readAddress(v) // a server below none may say None
	}
	return info, min(packetSize, largestPacket), nil
}

// clientdata is what a client says about itself, within a step as well.
func clientdata(h wire.Hello) *value.Dict {
	entries := []value.Pair{
		pair("description", value.Str(cut(cmp.Or(h.Description, noDescription), maxShown))),
		pair("username", value.Str(cut(h.Name, wire.MaxName))),
		pair("client_version", value.Str(clientVersion)),
		pair("commands", value.List{}),
		pair("requestables", value.List{}),
	}
	const commands, requests = 3, 4
	if addr, err := address(h.Address); h.Role == wire.Subserver && err == nil {
		entries = append(entries, pair("serveraddr", addr))
	}
	room := maxStep - len(pickle.Append(nil, dict(entries)))
	entries[requests].Value = fit(value.Texts(slices.Concat(ownRequests, h.Requests)), &room)
	entries[commands].Value = fit(value.Texts(slices.Concat(ownCommands, h.Commands)), &room)
	return dict(entries)
}

// readClientdata reads what a client says about itself into h.
func readClientdata(v value.Value, h *wire.Hello) (err error) {
	d, ok := v.(*value.Dict)
	if !ok {
		return fault.New(fault.Invalid, "the client's data is no dict but %s", v.TypeName())
	}
	if h.Name, err = textOf(d, "username", maxStep); err != nil {
		return err
	}
	if h.Description, err = descriptionOf(d); err != nil {
		return err
	}
	h.Description = cut(h.Description, wire.MaxText)
	h.Commands = namesOf(d, "commands")
	h.Requests = namesOf(d, "requestables")
	if v, ok := d.Get(value.Str("serveraddr")); ok && h.Role == wire.Subserver {
		h.Address, err = readAddress(v)
	}
	return err
}

func pair(key string, v value.Value) value.Pair { return value.Pair{Key: value.Str(key), Value: v} }

// dict makes a dict whose keys are texts, which cannot fail.
func dict(entries []value.Pair) *value.Dict {
	d, err := value.NewDict(slices.Clone(entries))
	if err != nil {
		panic(err)
	}
	return d
}

func textOf(d *value.Dict, key string, limit int) (string, error) {
	v, ok := d.Get(value.Str(key))
	if !ok {
		return "", nil
	}
	switch v := v.(type) {
	case value.None:
		return "", nil
	case value.Str:
		if utf8.ValidString(string(v)) && len(v) <= limit {
			return string(v), nil
		}
	}
	return "", fault.New(fault.Invalid, "%s is to be a text of at most %d bytes", key, limit)
}

func descriptionOf(d *value.Dict) (string, error) {
	text, err := textOf(d, "description", maxStep)
	if text == noDescription {
		return "", err
	}
	return text, err
}

func numberOf(d *value.Dict, key string) int {
	v, _ := d.Get(value.Str(key))
	n, _ := v.(value.Int)
	return int(n)
}

func list(d *value.Dict, key string) []value.Value {
	v, _ := d.Get(value.Str(key))
	entries, _ := value.Items(v)
	return entries
}

// namesOf gives the names of a list; what is none is left out.
func namesOf(d *value.Dict, key string) []string {
	var names []string
	for _, v := range list(d, key) {
		if name, ok := v.(value.Str); ok && len(name) <= wire.MaxName && utf8.ValidString(string(name)) && len(names) < wire.MaxNames {
			names = append(names, string(name))
		}
	}
	return names
}

// cut gives at most n bytes of s, and no part of a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// address is "ip:port" as the pair that Python's sockets have.
func address(hostport string) (value.Tuple, error) {
	host, portText, err := net.SplitHostPort(hostport)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "%.80q is no address; expected host:port", hostport)
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "%.80q has no port", hostport)
	}
	return value.Tuple{value.Str(host), value.Int(port)}, nil
}

// readAddress reads such a pair. Python's sockets of IPv6 have two numbers more.
func readAddress(v value.Value) (string, error) {
	if parts, _ := value.Items(v); len(parts) >= 2 {
		host, isHost := parts[0].(value.Str)
		port, isPort := parts[1].(value.Int)
		if isHost && isPort && len(host) <= wire.MaxName && utf8.ValidString(string(host)) && port >= 0 && port <= 65535 {
			return net.JoinHostPort(string(host), strconv.Itoa(int(port))), nil
		}
	}
	return "", fault.New(fault.Invalid, "expected an address, the pair (ip, port)")
}
