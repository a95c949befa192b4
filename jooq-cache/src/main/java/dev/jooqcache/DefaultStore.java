package dev.jooqcache;

import dev.jooqcache.spi.ResultStore;
import dev.jooqcache.spi.ResultStoreFactory;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Creates the store of a cache whose builder was not given one, by the only factory on the class path. */
final class DefaultStore {

    private DefaultStore() {}

    static ResultStore create(int maximumEntries, @Nullable Duration expireAfterWrite) {
        List<ServiceLoader.Provider<ResultStoreFactory>> factories = factories(DefaultStore.class.getClassLoader());
        // An application server may load the library for all applications, and a store for one.
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        if (factories.isEmpty() && hasThisLibrary(context)) factories = factories(context);
        if (factories.isEmpty())
            throw new IllegalStateException(
                    "store is not set, and the class path has no default store: add the artifact"
                            + " dev.jooqcache:jooq-cache-ehcache, or set store(..)");
        if (factories.size() > 1)
            throw new IllegalStateException("store is not set, and the class path has more than one default store: "
                    + factories.stream()
                            .map(each -> each.type().getName())
                            .sorted()
                            .collect(Collectors.joining(", "))
                    + "; set store(..)");
        ResultStoreFactory factory = factories.get(0).get();
        return Objects.requireNonNull(
                factory.create(maximumEntries, expireAfterWrite), () -> factory.getClass() + ".create");
    }

    /** Returns whether the class loader finds this copy of the library, and not one of its own. */
    private static boolean hasThisLibrary(@Nullable ClassLoader loader) {
        try {
            return Class.forName(ResultStoreFactory.class.getName(), false, loader) == ResultStoreFactory.class;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    private static List<ServiceLoader.Provider<ResultStoreFactory>> factories(@Nullable ClassLoader loader) {
        return ServiceLoader.load(ResultStoreFactory.class, loader).stream().toList();
    }
}
