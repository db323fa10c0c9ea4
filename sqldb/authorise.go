package sqldb

import (
	"fmt"
	"strings"

	lib "modernc.org/sqlite/lib"

	"althing/fault"
	"althing/sqldb/internal/sqlite"
)

// acts is what a statement does, as far as running it depends on it.
type acts struct {
	changes     bool   // rows of the caller's tables
	defines     bool   // tables, indexes, views, triggers
	transaction string // "BEGIN", "COMMIT", "ROLLBACK", or ""
}

// errWrites is a reader's refusal of a statement that changes something.
var errWrites = fault.New(fault.Denied, "the statement changes the database, and you may only read it")

// may is the authoriser: SQLite asks it, while it compiles a statement, about
// each thing that the statement would do. What is not named here is refused.
func (c *conn) may(a sqlite.Action) bool {
	if c.trusted {
		return true
	}
	switch a.Code {
	case lib.SQLITE_SELECT, lib.SQLITE_RECURSIVE, lib.SQLITE_SAVEPOINT:
		return true
	case lib.SQLITE_READ:
		return !hiddenTables[a.One] || c.refuse("the table %s shows the file's own pages, and may not be read", a.One)
	case lib.SQLITE_FUNCTION:
		return mayCall(a.Two) || c.refuse("the function %s() may not be used here", a.Two)
	case lib.SQLITE_PRAGMA:
		return c.mayPragma(a.One, a.Two)
	case lib.SQLITE_TRANSACTION:
		c.acts.transaction = a.One
		return true
	case lib.SQLITE_INSERT, lib.SQLITE_UPDATE, lib.SQLITE_DELETE:
		c.acts.changes = true
		return c.mayChange()
	case lib.SQLITE_CREATE_TABLE, lib.SQLITE_CREATE_INDEX, lib.SQLITE_CREATE_VIEW, lib.SQLITE_CREATE_TRIGGER,
		lib.SQLITE_DROP_TABLE, lib.SQLITE_DROP_INDEX, lib.SQLITE_DROP_VIEW, lib.SQLITE_DROP_TRIGGER,
		lib.SQLITE_ALTER_TABLE, lib.SQLITE_REINDEX, lib.SQLITE_ANALYZE:
		c.acts.defines = true
		if a.Database == "temp" {
			return c.refuseTemporary()
		}
		return c.mayChange()
	case lib.SQLITE_CREATE_TEMP_TABLE, lib.SQLITE_CREATE_TEMP_INDEX, lib.SQLITE_CREATE_TEMP_VIEW, lib.SQLITE_CREATE_TEMP_TRIGGER:
		return c.refuseTemporary()
	case lib.SQLITE_CREATE_VTABLE, lib.SQLITE_DROP_VTABLE:
		return c.refuse("virtual tables cannot be made here")
	case lib.SQLITE_ATTACH, lib.SQLITE_DETACH:
		return c.refuse("ATTACH, DETACH and VACUUM reach beyond the database's own file, and may not be used")
	}
	return c.refuse("the statement does something that is not offered here (SQLite's action %d)", a.Code)
}

func (c *conn) refuse(format string, args ...any) bool {
	c.refused = fault.New(fault.Denied, format, args...)
	return false
}

func (c *conn) refuseTemporary() bool {
	return c.refuse("nothing temporary can be made: it would not outlast the request")
}

func (c *conn) mayChange() bool {
	if !c.writes {
		c.refused = errWrites
	}
	return c.writes
}

// hiddenTables are tables that SQLite makes up from the bytes of the file.
var hiddenTables = map[string]bool{"sqlite_dbpage": true, "dbstat": true}

// tellingPragmas only tell something. With a value they would set it, except
// for those marked true, whose value names what to tell about. Left out is
// database_list, which tells the file's name.
var tellingPragmas = map[string]bool{
	"table_info": true, "table_xinfo": true, "table_list": true,
	"index_info": true, "index_list": true, "index_xinfo": true,
	"foreign_key_list": true, "foreign_key_check": true,
	"quick_check": true, "integrity_check": true,

	"application_id": false, "auto_vacuum": false, "cache_size": false, "collation_list": false,
	"compile_options": false, "data_version": false, "encoding": false, "foreign_keys": false,
	"freelist_count": false, "function_list": false, "journal_mode": false, "max_page_count": false,
	"page_count": false, "page_size": false, "pragma_list": false, "recursive_triggers": false,
	"schema_version": false, "synchronous": false, "user_version": false,
}

func (c *conn) mayPragma(name, arg string) bool {
	name = strings.ToLower(name)
	takesName, known := tellingPragmas[name]
	switch {
	case known && (arg == "" || takesName):
		return true
	case known:
		return c.refuse("PRAGMA %s may be read here, not set: it would change the database for everybody", name)
	}
	return c.refuse("PRAGMA %s may not be used here", name)
}

// Functions that are refused: those that reach out of the database, and those
// whose time for one call cannot be bounded.
var (
	refusedFunctions = map[string]bool{
		"load_extension": true, "sqlite_log": true,
		"json_patch": true, "jsonb_patch": true, // the product of both lengths
		"match": true, "bm25": true, "highlight": true, "snippet": true, "rtreecheck": true,
		"rtreedepth": true, "rtreenode": true,
	}
	refusedFamilies = []string{"fts5", "geopoly_"}
)

func mayCall(name string) bool {
	name = strings.ToLower(name)
	for _, family := range refusedFamilies {
		if strings.HasPrefix(name, family) {
			return false
		}
	}
	return !refusedFunctions[name]
}

// checkSchema refuses what was defined when it has become too much.
func (c *conn) checkSchema() error {
	c.trusted = true
	defer func() { c.trusted = false }()
	s, err := c.Prepare("SELECT total(length(sql)) FROM sqlite_schema")
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := s.Step(); err != nil {
		return err
	}
	if s.Int(0) <= schemaBytes {
		return nil
	}
	return fault.Python(fault.Full, "OperationalError", "%s", fmt.Sprintf(
		"the definitions of all tables, indexes, views and triggers would be longer than %d bytes; drop some", schemaBytes))
}
