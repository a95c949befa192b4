package dev.jooqcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jooqcache.spi.ResultCodec;
import dev.jooqcache.spi.ResultStore;
import dev.jooqcache.spi.ResultStoreFactory;
import dev.jooqcache.testing.CaffeineStore;
import dev.jooqcache.testing.KeyedStore;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The store of a cache that is given none")
class DefaultStoreTest {

    /** Another one than that of the tests. */
    public static final class Other implements ResultStoreFactory {
        @Override
        public ResultStore create(int maximumEntries, Duration expireAfterWrite) {
            return new KeyedStore();
        }
    }

    @Test
    void create_isThatOfTheClassPath() {
        assertThat(DefaultStore.create(7, Duration.ofSeconds(3))).isInstanceOfSatisfying(CaffeineStore.class, store -> {
            assertThat(store.maximumEntries()).isEqualTo(7);
            assertThat(store.expireAfterWrite()).isEqualTo(Duration.ofSeconds(3));
        });
    }

    @Test
    void build_withoutAFactory_namesTheArtifact() throws Exception {
        try (URLClassLoader alone = loader(path(false), ClassLoader.getPlatformClassLoader())) {
            assertThatThrownBy(() -> build(alone))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("store is not set, and the class path has no default store: add the artifact"
                            + " dev.jooqcache:jooq-cache-ehcache, or set store(..)");
        }
    }

    @Test
    @DisplayName("An application server may load the library for all applications, and the store for one")
    void build_withAFactoryOfTheApplication_takesThat(@TempDir Path application) throws Throwable {
        try (URLClassLoader server = loader(path(false), ClassLoader.getPlatformClassLoader());
                URLClassLoader own = loader(List.of(declared(application), testClasses(application)), server)) {
            Thread thread = Thread.currentThread();
            ClassLoader before = thread.getContextClassLoader();
            thread.setContextClassLoader(own);
            try {
                build(server);
            } finally {
                thread.setContextClassLoader(before);
            }
        }
    }

    @Test
    void build_withTwoFactories_namesThem(@TempDir Path directory) throws Exception {
        List<URL> path = path(true);
        path.add(declared(directory));
        try (URLClassLoader both = loader(path, ClassLoader.getPlatformClassLoader())) {
            assertThatThrownBy(() -> build(both))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("store is not set, and the class path has more than one default store: "
                            + Other.class.getName() + ", " + CaffeineStore.Factory.class.getName() + "; set store(..)");
        }
    }

    @Test
    void build_thatFails_doesNotOpenTheStore() {
        Opened store = new Opened() {
            @Override
            public int maximumEntries() {
                throw new IllegalStateException("asked");
            }
        };
        assertThatThrownBy(() -> QueryCache.builder().store(store).build()).hasMessage("asked");
        assertThat(store.opened).isZero();
    }

    @Test
    void build_opensTheStoreOnce() {
        Opened store = new Opened();
        QueryCache.builder().store(store).build().close();
        assertThat(store.opened).isEqualTo(1);
    }

    private static class Opened extends KeyedStore {
        private int opened;

        @Override
        public void open(ResultCodec codec) {
            opened++;
        }
    }

    private static URL declared(Path directory) throws Exception {
        Path services = Files.createDirectories(directory.resolve("META-INF/services"));
        Files.writeString(services.resolve(ResultStoreFactory.class.getName()), Other.class.getName());
        return directory.toUri().toURL();
    }

    private static URL testClasses(Path directory) throws Exception {
        // Without META-INF, which would declare the store of the tests as well.
        Path classes = directory.resolve("classes");
        Path to = Files.createDirectories(classes.resolve("dev/jooqcache/testing"));
        for (String name : List.of("DefaultStoreTest$Other", "testing/KeyedStore"))
            Files.copy(
                    tests().resolve("dev/jooqcache/" + name + ".class"),
                    to.getParent().resolve(name + ".class"));
        return classes.toUri().toURL();
    }

    /** The class path of the tests, with the tests' own classes or without. */
    private static List<URL> path(boolean tests) throws Exception {
        List<URL> path = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator))
            if (tests || !Path.of(entry).toRealPath().equals(tests()))
                path.add(Path.of(entry).toUri().toURL());
        return path;
    }

    private static Path tests() throws Exception {
        return Path.of(DefaultStoreTest.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .toRealPath();
    }

    private static URLClassLoader loader(List<URL> path, ClassLoader parent) {
        return new URLClassLoader(path.toArray(URL[]::new), parent);
    }

    private static void build(ClassLoader loader) throws Throwable {
        Class<?> cache = loader.loadClass(QueryCache.class.getName());
        try {
            ((AutoCloseable) cache.getMethod("create").invoke(null)).close();
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
