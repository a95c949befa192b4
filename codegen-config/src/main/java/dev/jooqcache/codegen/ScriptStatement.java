package dev.jooqcache.codegen;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One statement of a script, as words.
 *
 * @param place the file and line in which it begins
 * @param text its text without comments
 * @param source its text as it stands in the script
 * @param words its words and symbols in lower case, without the contents of strings
 * @param ignored whether jOOQ is told by a comment not to look at it
 */
record ScriptStatement(String place, String text, String source, List<String> words, boolean ignored) {

    private static final Pattern TOKEN = Pattern.compile("(?s)(?<comment>--[^\\n]*|/\\*.*?\\*/|(?m:^)\\s*#[^\\n]*)"
            + "|(?<string>'(?:[^'\\\\]|''|\\\\.)*')"
            + "|(?<dollar>(\\$[A-Za-z_]*\\$).*?\\4)"
            + "|(?<quoted>\"(?:[^\"]|\"\")*\"|`[^`]*`|\\[[A-Za-z_][^\\]\\n]*\\])"
            + "|(?<word>[\\p{L}_][\\p{L}\\p{N}_$]*)"
            + "|(?<space>\\s+)"
            + "|(?<symbol>.)");

    /** Splits a script. Semicolons within the body of a trigger or a routine do not end a statement. */
    static List<ScriptStatement> of(String file, String script) {
        List<ScriptStatement> statements = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(script);
        StringBuilder text = new StringBuilder();
        List<String> words = new ArrayList<>();
        int line = 1;
        int start = 1;
        int from = 0;
        boolean ignoring = false;
        boolean ignored = false;
        while (matcher.find()) {
            String token = matcher.group();
            if (matcher.group("comment") != null) {
                String comment = token.toLowerCase(Locale.ROOT);
                if (comment.contains("[jooq ignore start]")) ignoring = true;
                if (comment.contains("[jooq ignore stop]")) ignoring = false;
                // MySQL runs what stands in such a comment.
                if (comment.startsWith("/*!")) {
                    if (words.isEmpty()) from = matcher.start();
                    words.add("/*!");
                    text.append(token);
                }
                text.append(' ');
            } else if (token.equals(";") && !isWithinBody(words)) {
                if (!words.isEmpty())
                    statements.add(new ScriptStatement(
                            file + ":" + start,
                            text.toString().strip(),
                            script.substring(from, matcher.start()),
                            List.copyOf(words),
                            ignored));
                words.clear();
                text.setLength(0);
            } else {
                if (matcher.group("space") == null) {
                    if (words.isEmpty()) {
                        start = line;
                        from = matcher.start();
                        ignored = ignoring;
                    }
                    ignored |= ignoring;
                    words.add(word(matcher, token));
                }
                text.append(token);
            }
            line += (int) token.chars().filter(c -> c == '\n').count();
        }
        if (!words.isEmpty())
            statements.add(new ScriptStatement(
                    file + ":" + start, text.toString().strip(), script.substring(from), List.copyOf(words), ignored));
        return statements;
    }

    private static String word(Matcher matcher, String token) {
        if (matcher.group("string") != null) return "'";
        if (matcher.group("dollar") != null) return "$";
        if (matcher.group("quoted") != null)
            return token.substring(1, token.length() - 1).toLowerCase(Locale.ROOT);
        return token.toLowerCase(Locale.ROOT);
    }

    private static boolean isWithinBody(List<String> words) {
        if (words.isEmpty() || !words.get(0).equals("create")) return false;
        if (words.stream()
                .limit(8)
                .noneMatch(w -> w.equals("trigger") || w.equals("function") || w.equals("procedure"))) return false;
        int depth = 0;
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).equals("begin") || words.get(i).equals("case")) depth++;
            if (words.get(i).equals("end")
                    && !(i + 1 < words.size()
                            && List.of("if", "loop", "while", "repeat").contains(words.get(i + 1)))) depth--;
        }
        return depth > 0;
    }

    boolean startsWith(String... expected) {
        return has(0, expected);
    }

    boolean has(int at, String... expected) {
        for (int i = 0; i < expected.length; i++)
            if (at + i >= words.size() || !words.get(at + i).equals(expected[i])) return false;
        return true;
    }

    boolean contains(String... expected) {
        for (int i = 0; i < words.size(); i++) if (has(i, expected)) return true;
        return false;
    }

    /** The name after a place, without its schema, or an empty string. */
    String name(int at) {
        int i = at;
        while (has(i, "if") || has(i, "not") || has(i, "exists") || has(i, "only") || has(i, "concurrently")) i++;
        while (i + 2 < words.size() && words.get(i + 1).equals(".")) i += 2;
        return i < words.size() ? words.get(i) : "";
    }

    int indexOf(String word) {
        return words.indexOf(word);
    }

    /** Its first words, for a message. */
    String summary() {
        String flat = text.replaceAll("\\s+", " ");
        return flat.length() <= 80 ? flat : flat.substring(0, 77) + "...";
    }
}
