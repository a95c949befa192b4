package dev.jooqcache.fuzz;

import dev.jooqcache.testing.Database;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Statements made of {@linkplain HostileSeeds understood ones}: by the keywords of the database, by what quotes, comments and
 * qualifies, by what carries another statement. Most of them are refused by the database. Of the others, each must do what
 * the library takes it to do.
 *
 * <p>Some come as a story: what runs a text later stands behind what hides it, in a routine, a trigger, a prepared statement,
 * a cursor; or a setting stands before the texts that it gives another meaning.
 */
final class HostileText {

    private static final Pattern TOKEN = Pattern.compile(
            "\\s+|--[^\\n]*\\n|/\\*.*?\\*/|[eEnNuU]?&?'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\\$\\w*\\$.*?\\$\\w*\\$"
                    + "|\\d+(?:\\.\\d+)?|\\w+|.",
            Pattern.DOTALL);
    private static final Pattern WORD = Pattern.compile("[a-zA-Z_]\\w*");
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final Pattern DIGIT = Pattern.compile("\\d");

    /** What stops a server, waits, or reaches out of the database. */
    private static final Pattern LEFT_OUT = Pattern.compile(
            "shutdown|copy|listen|exclusive|sleep|benchmark|kill|backup|script|outfile|dumpfile|program|csvwrite|file_|wait|lock\\s+tables?"
                    + "|\\block\\b|read_only|flush|reset\\s+master|purge|drop\\s+(database|schema|user|role)|alter\\s+(system|user|role)|global"
                    + "|password|\\bxa\\b|prepare\\s+transaction|nologin|while\\s+true",
            Pattern.CASE_INSENSITIVE);

    private final SplittableRandom random;
    private final HostileSeeds seeds;
    private final List<String> keywords;
    private final boolean isMaria;
    private final boolean isPostgres;

    HostileText(Database database, HostileSeeds seeds, List<String> keywords, SplittableRandom random) {
        this.random = random;
        this.seeds = seeds;
        this.keywords = keywords;
        this.isMaria = database == Database.MARIADB;
        this.isPostgres = database == Database.POSTGRESQL;
    }

    /** The next texts; one most often. */
    List<String> next() {
        while (true) {
            List<String> story = story();
            if (story.stream()
                    .noneMatch(text -> text.isBlank() || LEFT_OUT.matcher(text).find())) return story;
        }
    }

    private List<String> story() {
        return switch (random.nextInt(80)) {
            case 0, 1, 2 -> prepared();
            case 3, 4, 5, 6, 7, 8 -> routine();
            case 9, 10 -> cursor();
            case 11, 12, 13, 14 -> setting();
            case 15, 16, 17, 18, 19 -> List.of(explained());
            default -> List.of(mutation());
        };
    }

    /** A text of a few mutations. */
    private String mutation() {
        String text = seed();
        int mutations = random.nextInt(4);
        for (int i = 0; i < mutations; i++) text = random.nextInt(6) == 0 ? wrapped(text) : mutated(text);
        return text;
    }

    /** A statement as it is understood, with other numbers. */
    String seed() {
        return otherNumbers(one(seeds.statements()));
    }

    /** One that writes, more often than not as it is understood. */
    private String write() {
        return random.nextInt(5) == 0 ? mutation() : otherNumbers(one(seeds.writes()));
    }

    private String otherNumbers(String text) {
        StringBuilder other = new StringBuilder();
        for (String token : tokens(text)) other.append(DIGIT.matcher(token).matches() ? "" + random.nextInt(8) : token);
        return other.toString();
    }

    /** A text, mutated at times. */
    private String perhapsMutated(String text) {
        return random.nextInt(4) == 0 ? mutated(text) : text;
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private <T> T one(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private static List<String> tokens(String text) {
        return TOKEN.matcher(text).results().map(MatchResult::group).toList();
    }

    private String mutated(String text) {
        List<String> tokens = new ArrayList<>(tokens(text));
        if (tokens.isEmpty()) return seed();
        int at = random.nextInt(tokens.size());
        switch (random.nextInt(14)) {
            case 0, 1 -> tokens.add(at, " " + one(keywords) + " ");
            case 2 -> tokens.remove(at);
            case 3 -> tokens.add(at, tokens.get(random.nextInt(tokens.size())));
            case 4 -> {
                int other = random.nextInt(tokens.size());
                String token = tokens.get(at);
                tokens.set(at, tokens.get(other));
                tokens.set(other, token);
            }
            case 5, 6 -> changeWord(tokens, at, one(seeds.names()));
            case 7 -> changeWord(tokens, at, quoted(wordFrom(tokens, at)));
            case 8 -> changeWord(tokens, at, one(seeds.qualifiers()) + "." + wordFrom(tokens, at));
            case 9 -> changeWord(tokens, at, wordFrom(tokens, at) + one(List.of(" ", " as ")) + one(seeds.names()));
            case 10 -> changeNumber(tokens, at);
            case 11 -> tokens.add(at, hidden());
            case 12 -> changeWord(tokens, at, wordFrom(tokens, at).toUpperCase(Locale.ROOT));
            default -> {
                List<String> other = tokens(seed());
                tokens.subList(at, tokens.size()).clear();
                tokens.addAll(other.subList(random.nextInt(other.size()), other.size()));
            }
        }
        return String.join("", tokens);
    }

    private static int find(Pattern pattern, List<String> tokens, int from) {
        for (int i = 0; i < tokens.size(); i++) {
            int at = (from + i) % tokens.size();
            if (pattern.matcher(tokens.get(at)).matches()) return at;
        }
        return -1;
    }

    private static String wordFrom(List<String> tokens, int from) {
        int at = find(WORD, tokens, from);
        return at < 0 ? "t" : tokens.get(at);
    }

    private static void changeWord(List<String> tokens, int from, String to) {
        int at = find(WORD, tokens, from);
        if (at >= 0) tokens.set(at, to);
    }

    private void changeNumber(List<String> tokens, int from) {
        int at = find(NUMBER, tokens, from);
        if (at >= 0) tokens.set(at, one(seeds.values()));
    }

    private String quoted(String word) {
        return switch (random.nextInt(4)) {
            case 0 -> "`" + word + "`";
            case 1 -> "[" + word + "]";
            case 2 -> "'" + word + "'";
            default -> "\"" + word + "\"";
        };
    }

    /** What a lexer may read as something else. */
    private String hidden() {
        return one(List.of(
                "/* ' */",
                " -- '\n",
                "/*! , v = v + 1 */",
                "/*M! low_priority */",
                "/* /* */ */",
                " # '\n",
                "'\\'",
                "E'\\''",
                "$$'$$",
                "$a$ $$ $a$",
                "N''",
                "_utf8mb4''",
                "U&'\\0061'",
                ";",
                "{",
                "}",
                "?",
                ":",
                "@",
                "(",
                ")",
                ",",
                "*",
                "1_0",
                "0x1"));
    }

    private String wrapped(String text) {
        String other = one(seeds.carriers());
        return other.replace("%s", text).replace("%q", text.replace("'", "''")).replace("%o", seed());
    }

    /** A text that is kept by its name and executed by that. */
    private List<String> prepared() {
        String run = one(
                List.of("execute p", "execute p", "explain analyze execute p", "execute p; %o", "execute p using @x"));
        run = perhapsMutated(run.replace("%o", seed()));
        if (isPostgres)
            return List.of("deallocate all", one(List.of("prepare p as ", "prepare p (int) as ")) + write(), run);
        if (isMaria) return List.of("prepare p from " + literal(write()), run);
        return List.of("execute immediate " + literal(write()));
    }

    /** What opens a table or a query and reads it by another statement. */
    private List<String> cursor() {
        if (isPostgres) {
            String query = one(List.of(seed(), "select wf()", "select id, wf() from u", mutation()));
            String cursor = "declare hc " + one(List.of("", "scroll ", "insensitive ")) + "cursor "
                    + one(List.of("", "with hold ")) + "for " + query;
            return List.of(
                    "begin",
                    perhapsMutated(cursor),
                    perhapsMutated(
                            one(List.of("fetch hc", "fetch all hc", "move forward all in hc", "move 2 from hc"))),
                    perhapsMutated(one(List.of("close hc", "update u set v = v + 1 where current of hc", "close all"))),
                    one(List.of("commit", "rollback")));
        }
        if (isMaria)
            return List.of(
                    "handler u open",
                    perhapsMutated(one(List.of("handler u read first", "handler u read next where wf() = 1"))),
                    perhapsMutated(one(List.of("do wf()", "do (select wf())", "do rf(), wf()", "do 1"))),
                    "handler u close");
        return List.of(perhapsMutated(one(List.of("call wf()", "call rf()", "select wf()", "values (wf())"))));
    }

    /** What gives names, or texts, another meaning in the session. */
    private List<String> setting() {
        return List.of(
                perhapsMutated(one(seeds.settings())),
                write(),
                perhapsMutated(one(seeds.settings())),
                one(seeds.settingsBack()));
    }

    private String explained() {
        String explain = isPostgres
                ? one(List.of(
                        "explain analyze ",
                        "explain analyze verbose ",
                        "explain (analyze) ",
                        "explain (analyze, costs off) ",
                        "explain (costs off, analyze true) ",
                        "explain "))
                : isMaria
                        ? one(List.of("analyze ", "explain ", "analyze format=json ", "explain extended ", "describe "))
                        : one(List.of("explain ", "explain analyze ", "explain plan for "));
        return perhapsMutated(
                explain + one(List.of(write(), "select wf()", "execute p", "call hp()", "values (wf())")));
    }

    /** Code, and what runs it. */
    private List<String> routine() {
        if (!isPostgres && !isMaria) return List.of("call wf()", "select wf()");
        int kind = random.nextInt(4);
        String body = body();
        return switch (kind) {
            case 0, 1 ->
                List.of(procedure(body), perhapsMutated(one(List.of("call hp()", "call hp()", wrapped("call hp()")))));
            case 2 ->
                List.of(
                        function(body),
                        perhapsMutated(one(List.of(
                                "select hf()",
                                "select v from t where id = hf()",
                                "update t set v = hf() where id = 1",
                                "insert into u (id, v) values (7, hf())"))));
            default -> {
                List<String> story = new ArrayList<>(trigger(body));
                story.add(perhapsMutated(otherNumbers("update t set v = v + 1 where id = 1")));
                story.add("drop trigger " + (isPostgres ? "ht on t" : "ht"));
                yield story;
            }
        };
    }

    private String body() {
        return command() + "; " + (random.nextBoolean() ? "" : command() + "; ");
    }

    /** A statement of a body. */
    private String command() {
        return switch (random.nextInt(8)) {
            case 0, 1, 2 -> dynamic(literal(write()));
            case 3 -> "if 1 = 1 then " + write() + "; end if";
            case 4 -> "begin " + write() + "; end";
            default -> write();
        };
    }

    private String dynamic(String text) {
        if (isPostgres)
            return one(List.of(
                    "execute " + text,
                    "execute format(" + text + ")",
                    "for x in execute " + text + " loop null; end loop",
                    "execute " + text + " using 1"));
        return one(List.of(
                "execute immediate " + text,
                "prepare hs from " + text + "; execute hs; deallocate prepare hs",
                "begin declare continue handler for sqlexception begin end; execute immediate " + text + "; end"));
    }

    private String procedure(String body) {
        String head = "create or replace procedure hp() ";
        if (isMaria) return head + block(body);
        if (random.nextInt(5) == 0) return head + "language sql as $hp$ " + body + "$hp$";
        return head + "language plpgsql as $hp$ declare x int; begin " + body + "end $hp$";
    }

    /** A single statement needs no block there. */
    private static String block(String body) {
        int semicolon = body.indexOf(';');
        return semicolon == body.length() - 2 ? body.substring(0, semicolon) : "begin declare x int; " + body + "end";
    }

    private String function(String body) {
        String head = "create or replace function hf() returns int ";
        if (isMaria) return head + "begin declare x int; " + body + "return 1; end";
        if (random.nextInt(3) == 0) return head + "language sql as $hp$ " + body + "select 1 $hp$";
        return head + "language plpgsql as $hp$ declare x int; begin " + body + "return 1; end $hp$";
    }

    private List<String> trigger(String body) {
        if (isMaria) return List.of("create or replace trigger ht before update on t for each row " + block(body));
        return List.of(
                "create or replace function ht() returns trigger language plpgsql as $hp$ declare x int; begin " + body
                        + "return new; end $hp$",
                "create or replace trigger ht before update on t for each row execute function ht()");
    }
}
