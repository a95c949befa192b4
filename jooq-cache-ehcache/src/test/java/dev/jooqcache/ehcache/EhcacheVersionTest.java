package dev.jooqcache.ehcache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.AdmissionPolicy;
import dev.jooqcache.CacheStats;
import dev.jooqcache.QueryCache;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.ehcache.Cache;
import org.h2.jdbcx.JdbcDataSource;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DefaultConfiguration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The library with another Ehcache on the class path: an older one, and those with the classifier {@code jakarta}. */
@Tag("slow")
class EhcacheVersionTest {

    /** Where the build puts them. */
    private static List<Path> jars() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target", "ehcache"))) {
            List<Path> jars = files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
            assertThat(jars).hasSizeGreaterThanOrEqualTo(3);
            return jars;
        }
    }

    /** The class path of the tests, with the given Ehcache in place of ours. */
    private static URL[] with(Path ehcache) throws IOException {
        List<URL> urls = new ArrayList<>(List.of(ehcache.toUri().toURL()));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            String name = Path.of(entry).getFileName().toString();
            if (!name.startsWith("ehcache-")) urls.add(Path.of(entry).toUri().toURL());
        }
        return urls.toArray(new URL[0]);
    }

    @ParameterizedTest
    @MethodSource("jars")
    void otherEhcache_inAllTiers_servesAndEvicts(Path ehcache) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader ours = thread.getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(with(ehcache), ClassLoader.getPlatformClassLoader())) {
            // There Ehcache looks for its parts.
            thread.setContextClassLoader(loader);
            Object probe = loader.loadClass(Probe.class.getName())
                    .getDeclaredConstructor()
                    .newInstance();
            assertThat(((Callable<?>) probe).call())
                    .asString()
                    .endsWith(ehcache.getFileName() + " on the heap, hits 1; below the heap, hits 3");
        } finally {
            thread.setContextClassLoader(ours);
        }
    }

    /** Uses the library; loaded anew beside each Ehcache. */
    public static final class Probe implements Callable<String> {

        @Override
        public String call() {
            String jar = Cache.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .getPath();
            return jar + " on the heap, hits "
                    + hits(EhcacheResultStore.onHeap().maximumEntries(1))
                    + "; below the heap, hits "
                    + hits(EhcacheResultStore.onHeap().maximumEntries(1).offHeap(4));
        }

        /** Of three queries in turn, for which the heap has room for one, and of the last one again. */
        private static long hits(EhcacheResultStore.Builder store) {
            JdbcDataSource dataSource = new JdbcDataSource();
            dataSource.setURL("jdbc:h2:mem:ehcache" + System.nanoTime() + ";DB_CLOSE_DELAY=-1");
            try (QueryCache cache = QueryCache.builder()
                    .store(store.build())
                    .admission(AdmissionPolicy.ALWAYS)
                    .build()) {
                DSLContext dsl = cache.derive(
                                new DefaultConfiguration().set(dataSource).set(SQLDialect.H2))
                        .dsl();
                dsl.execute("create table t (id int primary key, v varchar(9))");
                for (int i = 0; i < 3; i++) dsl.execute("insert into t values (" + i + ", 'v" + i + "')");
                CacheStats before = cache.stats();
                for (int i : new int[] {0, 1, 2, 2, 0, 1}) {
                    Object value = dsl.fetchValue("select v from t where id = " + i);
                    if (!value.equals("v" + i)) throw new AssertionError(value);
                }
                if (cache.stats().failures() > 0) throw new AssertionError(cache.stats());
                return cache.stats().minus(before).hits();
            }
        }
    }
}
