package dev.jooqcache.internal.sql;

import dev.jooqcache.internal.sql.SqlToken.Kind;
import java.util.List;
import java.util.Set;

/** Looks at tokens by their places. What lies outside the text is neither a word nor a symbol nor a name. */
abstract class TokenReader {

    final List<SqlToken> tokens;

    TokenReader(List<SqlToken> tokens) {
        this.tokens = tokens;
    }

    final boolean isWord(int i, String word) {
        return isWithin(i) && tokens.get(i).isWord(word);
    }

    final boolean isWordOf(int i, Set<String> words) {
        return isWithin(i)
                && tokens.get(i).kind() == Kind.WORD
                && words.contains(tokens.get(i).text());
    }

    final boolean isSymbol(int i, char symbol) {
        return isWithin(i) && tokens.get(i).isSymbol(symbol);
    }

    final boolean isName(int i) {
        return isWithin(i)
                && (tokens.get(i).kind() == Kind.WORD || tokens.get(i).kind() == Kind.QUOTED);
    }

    /** The place after one, or after the bracket that closes it: the next one that is not within brackets. */
    final int next(int i) {
        if (isSymbol(i, '(')) return closing(i) + 1;
        return isSymbol(i, '[') ? closing(i, '[', ']') + 1 : i + 1;
    }

    /** The place after a path, as in {@code a.b[1].c}, that begins with the name at a place. */
    final int afterPath(int first) {
        int i = first + 1;
        while (isSymbol(i, '[') || (isSymbol(i, '.') && isName(i + 1))) i = isSymbol(i, '.') ? i + 2 : next(i);
        return i;
    }

    /** The place of the bracket that closes the one at a place; the end of the text if there is none. */
    final int closing(int open) {
        return closing(open, '(', ')');
    }

    /** The same for other brackets. */
    final int closing(int open, char opening, char closing) {
        int depth = 0;
        for (int i = open; i < tokens.size(); i++) {
            if (isSymbol(i, opening)) depth++;
            if (isSymbol(i, closing) && --depth == 0) return i;
        }
        return tokens.size();
    }

    private boolean isWithin(int i) {
        return i >= 0 && i < tokens.size();
    }
}
