package sqldb

import lib "modernc.org/sqlite/lib"

// valueBytes is how long a text or blob may be, twice the longest value of the
// registry: one cell then costs at most that much memory a step.
const valueBytes = 1 << 20

// statementLimits are SQLite's own limits on a statement, far below what it
// was built with: what people write stays well inside them, and nothing that
// stays inside them takes much memory or long to compile.
var statementLimits = []struct {
	id, most int32
	why      string
}{
	{lib.SQLITE_LIMIT_LENGTH, valueBytes, "a value, and a row"},
	{lib.SQLITE_LIMIT_SQL_LENGTH, 1 << 20, "as long as a query may be"},
	{lib.SQLITE_LIMIT_COLUMN, 256, "columns of a table or result: memory of each connection for each table"},
	{lib.SQLITE_LIMIT_EXPR_DEPTH, 256, "depth of an expression: the compiler's stack"},
	{lib.SQLITE_LIMIT_PARSER_DEPTH, 256, "open brackets: the parser's stack"},
	{lib.SQLITE_LIMIT_COMPOUND_SELECT, 64, "SELECTs joined by UNION: the compiler's stack"},
	{lib.SQLITE_LIMIT_VDBE_OP, 100_000, "steps of a compiled statement: 2.4 MB of them"},
	{lib.SQLITE_LIMIT_FUNCTION_ARG, 64, "arguments of a call: json_set copies its document for each pair"},
	{lib.SQLITE_LIMIT_ATTACHED, 0, "other files: none may be reached"},
	{lib.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 64, "LIKE and GLOB compare the pattern at every place of a text, and cannot be stopped"},
	{lib.SQLITE_LIMIT_VARIABLE_NUMBER, 999, "parameters: memory for each, also for one that is called ?999"},
	{lib.SQLITE_LIMIT_TRIGGER_DEPTH, 32, "triggers that set off triggers: memory for each level"},
	{lib.SQLITE_LIMIT_TRIGGER_STEPS, 256, "statements of a trigger: compiled with each statement that sets it off"},
	{lib.SQLITE_LIMIT_WORKER_THREADS, 0, "threads that sort: none but the caller's"},
	{lib.SQLITE_LIMIT_SCHEMA, schemaObjects, "tables, indexes and triggers: every connection keeps all of them in memory"},
}

// A schema too large for the heap could not be read any more, and so not be
// made smaller either. SQLite counts the objects; the length of what defines
// them is looked at before a transaction that defines something is committed.
// At their worst, these take each connection 6 MB.
const (
	schemaObjects = 500
	schemaBytes   = 128 << 10
)
