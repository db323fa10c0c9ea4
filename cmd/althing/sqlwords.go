package main

import "strings"

// wantsRows guesses from the text of SQL whether it is there for its rows: one
// of its statements begins with a word that gives rows, or has a RETURNING. The
// hub has a question for the names of columns and another for the number of
// changed rows; a wrong guess costs the names or the number, never a row.
func wantsRows(sql string) bool {
	first := true
	for sql != "" {
		var word string
		word, sql = nextWord(sql)
		switch word = strings.ToUpper(word); {
		case word == ";":
			first = true
			continue
		case word == "RETURNING", first && givesRows[word]:
			return true
		}
		first = first && word == ""
	}
	return false
}

var givesRows = map[string]bool{"SELECT": true, "VALUES": true, "WITH": true, "EXPLAIN": true, "PRAGMA": true}

// nextWord cuts the next word, semicolon, quoted text or other character off
// SQL. What is nothing to SQL, blanks and comments, is the empty word; quoted
// texts are one character.
func nextWord(sql string) (word, rest string) {
	switch {
	case strings.HasPrefix(sql, "--"):
		_, rest, _ = strings.Cut(sql, "\n")
		return "", rest
	case strings.HasPrefix(sql, "/*"):
		_, rest, _ = strings.Cut(sql[2:], "*/")
		return "", rest
	case strings.IndexByte("'\"`[", sql[0]) >= 0:
		end := sql[:1]
		if end == "[" {
			end = "]"
		}
		_, rest, _ = strings.Cut(sql[1:], end)
		return end, rest
	}
	n := 0
	for n < len(sql) && isLetter(sql[n]) {
		n++
	}
	if n > 0 {
		return sql[:n], sql[n:]
	}
	return strings.TrimSpace(sql[:1]), sql[1:]
}

func isLetter(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || '0' <= c && c <= '9' || c >= 0x80
}
