// The outer shape of zone text (RFC 1035 §5.1): where an item (a record or directive with its
// continuation lines) starts and ends, and its words. Knows quotes, comments, parentheses and
// escapes, and nothing of records. The reader uses it for directives and to find its way after an
// error; records themselves are libzscanner's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kaspar::signer {

/// A place in zone text.
struct Place {
    std::size_t at = 0;      ///< offset
    std::uint64_t line = 1;  ///< counted from 1
};

/// The place moved to the offset `at`, at or after it.
Place advance(std::string_view text, Place from, std::size_t at);

/// Skips blank lines and lines that hold only a comment, each with its newline.
Place skip_blank_lines(std::string_view text, Place from);

/// True if there is nothing before the end of the text but blanks, or a comment without a newline.
bool ends_in_blank(std::string_view text, Place from);

/// The next line that starts with a word, as records with an owner and directives do; the end of
/// the text if there is none. Where to go on after a parenthesis that is never closed.
Place next_owner_line(std::string_view text, Place from);

/// How an item ended: an open parenthesis at the end of the text only, an open quote at its line's.
enum class ItemEnd { newline, end_of_text, open_parenthesis, open_quote };

struct Item {
    std::string_view text;  ///< with the last newline, if there is one
    ItemEnd end;
};

/// The item that starts at `at`.
Item item_at(std::string_view text, std::size_t at);

/// A word of an item. Quoted words are given without their quotes; escapes stand as written.
struct Word {
    std::string_view text;
    bool quoted;
};

/// The item's words, comments and parentheses left out.
std::vector<Word> words_of(std::string_view item);

/// True if the item holds nothing but blanks, comments and parentheses, which open and close in
/// turn.
bool is_blank_in_parentheses(std::string_view item);

/// Which of an item's unquoted words: the one at its start; those without '=', which parameters
/// have (RFC 9460 §2.1); all.
enum class Escaped { owner, names, all };

/// The item with a backslash before every odd octet of those words: octets that BIND reads and
/// writes bare in names (as '+', '=' or '['), and libzscanner wants escaped.
std::string escape_odd_octets(std::string_view item, Escaped which);

/// The first escape \DDD above \255 outside comments, empty if there is none. libzscanner takes
/// such an escape in a name modulo 256 without a word.
std::string_view impossible_escape(std::string_view item);

}  // namespace kaspar::signer
