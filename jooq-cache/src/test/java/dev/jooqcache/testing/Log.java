package dev.jooqcache.testing;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LocationAwareLogger;

/** What is logged while a piece of work runs. The tests' logger writes to {@code System.err}. */
public final class Log {

    private Log() {}

    /** The lines that the cache logs at INFO and above. */
    public static synchronized List<String> newsDuring(Runnable work) {
        Logger logger = LoggerFactory.getLogger("dev.jooqcache");
        int before = setLevel(logger, LocationAwareLogger.INFO_INT);
        try {
            return during(work).stream()
                    .filter(line -> line.contains(logger.getName()))
                    .toList();
        } finally {
            setLevel(logger, before);
        }
    }

    /** The tests' logger knows its level from a file only. Answers the level before. */
    private static int setLevel(Logger logger, int level) {
        try {
            Field current = logger.getClass().getDeclaredField("currentLogLevel");
            current.setAccessible(true);
            int before = current.getInt(logger);
            current.setInt(logger, level);
            return before;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

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
