package dev.jooqcache.benchmarks;

import com.github.benmanes.caffeine.cache.Cache;
import dev.jooqcache.QueryCache;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.ibatis.session.SqlSession;
import org.ehcache.PersistentCacheManager;
import org.hibernate.SessionFactory;
import org.jooq.DSLContext;
import org.openjdk.jmh.annotations.Benchmark;
import org.springframework.cache.CacheManager;

/** The machine and the versions that a run was made with. */
final class Environment {

    private Environment() {}

    static Map<String, String> describe() {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("Date", LocalDate.now(ZoneOffset.UTC).toString());
        environment.put(
                "CPU",
                firstOf("/proc/cpuinfo", "model name") + ", "
                        + Runtime.getRuntime().availableProcessors() + " cores");
        environment.put("Memory", firstOf("/proc/meminfo", "MemTotal"));
        environment.put("System", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        environment.put("JVM", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        Map<String, Class<?>> libraries = new LinkedHashMap<>();
        libraries.put("jooq-cache", QueryCache.class);
        libraries.put("jOOQ", DSLContext.class);
        libraries.put("Ehcache", PersistentCacheManager.class);
        libraries.put("Caffeine", Cache.class);
        libraries.put("Spring", CacheManager.class);
        libraries.put("Hibernate", SessionFactory.class);
        libraries.put("MyBatis", SqlSession.class);
        libraries.put("JMH", Benchmark.class);
        libraries.forEach((name, type) -> environment.put(name, jar(type)));
        return environment;
    }

    private static String firstOf(String file, String name) {
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(name))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }

    private static String jar(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        try {
            Path file = source == null
                    ? null
                    : Path.of(source.getLocation().toURI()).getFileName();
            return file == null ? "unknown" : file.toString().replaceFirst("\\.jar$", "");
        } catch (URISyntaxException e) {
            return "unknown";
        }
    }
}
