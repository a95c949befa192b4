package dev.jooqcache.internal.sql;

/**
 * One lexical element of a SQL text.
 *
 * @param kind what it is
 * @param text a word in lower case, an identifier or literal without its quotes, or a single character
 * @param start where it begins in the SQL text
 */
public record SqlToken(Kind kind, String text, int start) {

    public enum Kind {
        /** An unquoted identifier or keyword. */
        WORD,
        /** A quoted identifier. */
        QUOTED,
        /** A string literal. */
        LITERAL,
        /** A number, or one character of punctuation. */
        SYMBOL
    }

    public boolean isWord(String word) {
        return kind == Kind.WORD && text.equals(word);
    }

    public boolean isSymbol(char symbol) {
        return kind == Kind.SYMBOL && text.charAt(0) == symbol;
    }
}
