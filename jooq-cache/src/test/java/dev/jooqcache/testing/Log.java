package dev.jooqcache.testing;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What is logged while a piece of work runs. The tests' logger writes to {@code System.err}. */
public final class Log {

    private Log() {}

    /** The lines that are logged, at the level of the tests' settings, which is WARN. */
    public static synchronized List<String> during(Runnable work) {
        PrintStream before = System.err;
        ByteArrayOutputStream logged = new ByteArrayOutputStream();
        System.setErr(new PrintStream(logged, true, StandardCharsets.UTF_8));
        try {
            work.run();
        } finally {
            System.setErr(before);
        }
        return logged.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
