// Cells of tables that leave the page, for files and for spreadsheets.

/**
 * A text that a spreadsheet takes for nothing but a text: anybody may have written it,
 * and what begins like a formula would be worked out. An apostrophe marks it as text.
 */
export const harmless = (text) => (/^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text);

/** A cell as RFC 4180 has it; the empty text is "". */
export const cell = (text) => (text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
