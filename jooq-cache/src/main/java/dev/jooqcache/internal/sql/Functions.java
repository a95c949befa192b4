package dev.jooqcache.internal.sql;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jooq.SQLDialect;

/**
 * What is known of the dialects' built-in functions. A name that stands in none of the lists is unknown: a query that
 * calls it is not cached, and may write.
 */
final class Functions {

    /** Equal arguments give equal results as long as the tables do not change. Also keywords that precede a bracket. */
    private static final Set<String> DETERMINISTIC = load("functions-deterministic.txt");

    /** The result changes between calls or sessions, but nothing is written that a query could read. */
    private static final Set<String> VOLATILE = load("functions-volatile.txt");

    /** The same, called without brackets. */
    private static final Set<String> VOLATILE_KEYWORDS = load("keywords-volatile.txt");

    /** The result depends on the session's user, role, schema or settings. */
    private static final Set<String> SESSION = load("functions-session.txt");

    /** The same, called without brackets. */
    private static final Set<String> SESSION_KEYWORDS = load("keywords-session.txt");

    /** Functions that ask the clock if they have fewer arguments than this. */
    private static final Map<String, Integer> CLOCKS = Map.ofEntries(
            Map.entry("age", 2),
            Map.entry("date", 1),
            Map.entry("time", 1),
            Map.entry("timestamp", 1),
            Map.entry("datetime", 1),
            Map.entry("julianday", 1),
            Map.entry("unixepoch", 1),
            Map.entry("unix_timestamp", 1),
            Map.entry("strftime", 2));

    /** What the databases' own catalogs have besides. */
    private static final Map<SQLDialect, BuiltIns> BUILT_INS = Map.of(
            SQLDialect.POSTGRES, BuiltIns.of("postgresql"),
            SQLDialect.H2, BuiltIns.of("h2"),
            SQLDialect.MARIADB, BuiltIns.of("mariadb"));

    private static final BuiltIns NONE = new BuiltIns(Set.of(), Set.of());

    private Functions() {}

    /** Returns whether the database has a function of that name that gives equal results for equal arguments. */
    static boolean isDeterministic(String name, SQLDialect family) {
        return isDeterministic(name) || of(family).immutable.contains(name);
    }

    /**
     * Returns whether the database has a function of that name that writes nothing a query could read, but changes its result.
     */
    static boolean isMoving(String name, SQLDialect family) {
        return of(family).moving.contains(name);
    }

    private static BuiltIns of(SQLDialect family) {
        return BUILT_INS.getOrDefault(family == SQLDialect.YUGABYTEDB ? SQLDialect.POSTGRES : family, NONE);
    }

    /** One database's functions, but for those with effects, which are as unknown as a user's. */
    private record BuiltIns(Set<String> immutable, Set<String> moving) {

        static BuiltIns of(String database) {
            return new BuiltIns(
                    load("functions-" + database + "-immutable.txt"), load("functions-" + database + "-moving.txt"));
        }
    }

    static boolean isDeterministic(String name) {
        return DETERMINISTIC.contains(name);
    }

    static boolean isVolatile(String name) {
        return VOLATILE.contains(name);
    }

    static boolean isSession(String name) {
        return SESSION.contains(name);
    }

    static boolean isSessionKeyword(String word) {
        return SESSION_KEYWORDS.contains(word);
    }

    /** Returns whether the name is known to be a database's own function, of whatever kind. */
    static boolean isKnown(String name) {
        return isDeterministic(name) || isVolatile(name) || isSession(name) || isClock(name);
    }

    static boolean isClock(String name) {
        return CLOCKS.containsKey(name);
    }

    static int argumentsWithoutClock(String name) {
        return CLOCKS.getOrDefault(name, 0);
    }

    static boolean isVolatileKeyword(String word) {
        return VOLATILE_KEYWORDS.contains(word);
    }

    static Set<String> load(String resource) {
        InputStream stream = Objects.requireNonNull(Functions.class.getResourceAsStream(resource), resource);
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line -> !line.startsWith("#"))
                    .flatMap(line -> Arrays.stream(line.trim().split("\\s+")))
                    .filter(name -> !name.isEmpty())
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
