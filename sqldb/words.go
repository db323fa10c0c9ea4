package sqldb

import "strings"

// skipBlank gives the text without what stands before its next statement:
// white space, semicolons and comments, as SQLite's tokenizer has them.
func skipBlank(sql string) string {
	for sql != "" {
		switch {
		case strings.ContainsRune(" \t\n\f\r;", rune(sql[0])):
			sql = sql[1:]
		case strings.HasPrefix(sql, "--"):
			_, sql, _ = strings.Cut(sql, "\n")
		case strings.HasPrefix(sql, "/*") && len(sql) > 2:
			_, sql, _ = strings.Cut(sql[2:], "*/")
		default:
			return sql
		}
	}
	return ""
}

// reads guesses by its first word that a text only reads. A wrong guess costs
// time: a reader's connection refuses what changes something, and the writer's
// can read.
func reads(sql string) bool {
	word := skipBlank(sql)
	end := strings.IndexFunc(word, func(r rune) bool { return r|0x20 < 'a' || r|0x20 > 'z' })
	if end >= 0 {
		word = word[:end]
	}
	for _, reading := range [...]string{"SELECT", "VALUES", "WITH", "PRAGMA", "EXPLAIN"} {
		if strings.EqualFold(word, reading) {
			return true
		}
	}
	return false
}
