package dev.jooqcache.internal.analysis;

import dev.jooqcache.internal.transaction.TrackedSource;
import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.Dependencies;
import dev.jooqcache.model.ModelCheck;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the model of a data source: the given one, if it still describes the schema, or else the one that the catalog
 * tells; with the user's declarations in either case. Thread-safe.
 */
public final class Models {

    private static final Logger LOG = LoggerFactory.getLogger("dev.jooqcache");
    private static final int LOGGED_DIFFERENCES = 20;

    private final String cacheName;
    private final Inspection inspection;
    private final @Nullable CacheModel given;
    private final CacheModel declarations;
    private final ModelCheck check;

    /** Data sources whose schema was changed by a statement that was seen: the given model is outdated there. */
    private final Set<TrackedSource> changed =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    private final Map<TrackedSource, Inspected> inspected = Collections.synchronizedMap(new WeakHashMap<>());

    private final Set<TrackedSource> refused =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    /**
     * Puts the sources of models together.
     *
     * @param cacheName begins every log line
     * @param inspection asks the database
     * @param given the model that was given, or {@code null} for asking the database
     * @param declarations what the user declared besides
     * @param check what to do about a given model that does not fit
     */
    public Models(
            String cacheName,
            Inspection inspection,
            @Nullable CacheModel given,
            CacheModel declarations,
            ModelCheck check) {
        this.cacheName = cacheName;
        this.inspection = inspection;
        this.given = given;
        // Rules are wishes: they stay in force when the given model's facts do not.
        this.declarations = given == null
                ? declarations
                : declarations.merge(CacheModel.builder().rules(given.rules()).build());
        this.check = check;
    }

    /**
     * The model of a data source, followed.
     *
     * @return what follows from it, or {@code null} if the given model does not fit and is not to be replaced
     * @throws SQLException if the catalog cannot be read
     */
    @Nullable
    Dependencies of(TrackedSource dataSource, Connection connection) throws SQLException {
        refused.remove(dataSource);
        SQLDialect dialect = dataSource.dialect();
        CacheModel model = given;
        if (model == null || asksCatalog(dataSource)) return inspected(dataSource, connection, dialect);
        if (check == ModelCheck.NONE) return believed(dataSource, model);
        String expected = model.version();
        if (expected != null && Objects.equals(expected, inspection.version(connection, dialect)))
            return believed(dataSource, model);
        CacheModel live = inspection.inspect(connection, dialect);
        List<String> differences = model.differences(live);
        // The same facts, and the texts of the views as they are here.
        if (differences.isEmpty()) return believed(dataSource, live);
        String consequence = check == ModelCheck.REFUSE ? "nothing of it is cached" : "the live schema is used instead";
        LOG.warn(
                "{}: the given model does not describe data source {} (schema version {}, live {}), so {}; {} differences"
                        + " (- expected, + found, ~ changed):\n{}",
                cacheName,
                dataSource.name(),
                expected,
                live.version(),
                consequence,
                differences.size(),
                String.join("\n", differences.subList(0, Math.min(differences.size(), LOGGED_DIFFERENCES))));
        if (check == ModelCheck.LOG) return Dependencies.of(live.merge(declarations));
        refused.add(dataSource);
        return null;
    }

    /** What was true of the data source when its catalog was last read, or {@code null}. */
    @Nullable
    Dependencies last(TrackedSource dataSource) {
        Inspected last = inspected.get(dataSource);
        return last == null ? null : last.dependencies;
    }

    /** Returns whether no model was given, or it has been outdated. */
    boolean asksCatalog(TrackedSource dataSource) {
        return given == null || changed.contains(dataSource);
    }

    /** Returns whether the given model does not fit, and nothing is to be cached. */
    boolean isRefused(TrackedSource dataSource) {
        return refused.contains(dataSource);
    }

    private Dependencies believed(TrackedSource dataSource, CacheModel model) {
        LOG.info(
                "{}: uses the given model of {} relations (schema version {}) for data source {}; the catalog is not"
                        + " asked",
                cacheName,
                model.tables().size(),
                model.version(),
                dataSource.name());
        return Dependencies.of(model.merge(declarations));
    }

    /** The catalog is read only if it has changed since it was read last, as far as the database can tell. */
    private Dependencies inspected(TrackedSource dataSource, Connection connection, SQLDialect dialect)
            throws SQLException {
        String state = inspection.state(connection, dialect);
        Inspected before = inspected.get(dataSource);
        if (before != null && state != null && state.equals(before.state)) return before.dependencies;
        Dependencies dependencies = inspect(dataSource, connection, dialect);
        // What was found out about statements stays valid if the model is the same.
        if (before != null && before.dependencies.model().equals(dependencies.model()))
            dependencies = before.dependencies;
        inspected.put(dataSource, new Inspected(state, dependencies));
        return dependencies;
    }

    private Dependencies inspect(TrackedSource dataSource, Connection connection, SQLDialect dialect)
            throws SQLException {
        long start = System.nanoTime();
        CacheModel model = inspection.inspect(connection, dialect);
        LOG.info(
                "{}: inspected data source {}: {} relations and {} routines in {} ms{}",
                cacheName,
                dataSource.name(),
                model.tables().size(),
                model.routines().size(),
                (System.nanoTime() - start) / 1_000_000,
                model.gaps().isEmpty() ? "" : "; every write invalidates everything, since " + model.gaps());
        return Dependencies.of(model.merge(declarations));
    }

    /** The schema was changed. */
    void changed(TrackedSource dataSource) {
        if (given != null && changed.add(dataSource))
            LOG.info(
                    "{}: the schema of data source {} was changed, so its catalog is read in place of the given model",
                    cacheName,
                    dataSource.name());
    }

    private record Inspected(@Nullable String state, Dependencies dependencies) {}
}
