package dev.jooqcache.codegen.report;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/** Writes HTML that is well-formed XML, too. Whatever a name contains, it stays text. Not thread-safe. */
final class Markup {

    private static final char UNREADABLE = '\uFFFD';

    private final StringBuilder html = new StringBuilder();
    private final Deque<String> open = new ArrayDeque<>();

    /** Begins an element; attributes are names and values in turn. */
    Markup open(String element, String... attributes) {
        begin(element, attributes).append('>');
        open.push(element);
        return this;
    }

    /** Ends the element that was begun last. */
    Markup close() {
        html.append("</").append(open.pop()).append('>');
        if (open.size() < 4) html.append('\n');
        return this;
    }

    /** An element with nothing in it. */
    Markup empty(String element, String... attributes) {
        begin(element, attributes).append("/>");
        return this;
    }

    /** An element with nothing but text in it. */
    Markup element(String element, String text, String... attributes) {
        return open(element, attributes).text(text).close();
    }

    Markup text(String text) {
        html.append(escaped(text));
        return this;
    }

    /** What is markup already. */
    Markup raw(String markup) {
        html.append(markup);
        return this;
    }

    private StringBuilder begin(String element, String... attributes) {
        html.append('<').append(element);
        for (int i = 0; i < attributes.length; i += 2)
            html.append(' ')
                    .append(attributes[i])
                    .append("=\"")
                    .append(escaped(attributes[i + 1]))
                    .append('"');
        return html;
    }

    /** An anchor that no other text has, in characters that need no escape anywhere. */
    static String anchor(String kind, String name) {
        StringBuilder anchor = new StringBuilder(kind).append('-');
        name.codePoints().forEach(c -> {
            boolean plain = c == '.' || c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
            if (plain) anchor.appendCodePoint(c);
            else anchor.append(String.format(Locale.ROOT, "-%x-", c));
        });
        return anchor.toString();
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(isReadable(c) ? c : UNREADABLE);
            }
        });
        return escaped.toString();
    }

    /** Returns whether XML knows the character, and it does not change the direction of the text around it. */
    private static boolean isReadable(int c) {
        if (c == '\n' || c == '\t') return true;
        boolean control = c < ' ' || (c >= 0x7f && c < 0xa0) || c == 0xfffe || c == 0xffff;
        boolean surrogate = c >= 0xd800 && c <= 0xdfff;
        boolean turning = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
        return !control && !surrogate && !turning;
    }

    @Override
    public String toString() {
        return html.toString();
    }
}
