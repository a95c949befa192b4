package dev.jooqcache.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.CacheDecision;
import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.util.LinkedHashSet;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.Table;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

/**
 * Writes and reads at random over schemas made at random; every answer of the cache is compared with the database's.
 *
 * <p>The system property {@code jooqcache.steps} says how many steps are made on each database, {@code jooqcache.seed}
 * repeats a run.
 */
@Tag("R3")
@Tag("R4")
@Tag("W5")
@DisplayName("R3, R4, W5: random schemas of views, cascades, triggers and partitions")
class RandomSchemaTest {

    private static final int STEPS_PER_SCHEMA = 500;
    private static final Field<Integer> ID = field(name("id"), Integer.class);
    private static final Field<Integer> A = field(name("a"), Integer.class);
    private static final Field<Integer> B = field(name("b"), Integer.class);
    private static final Field<Integer> REF = field(name("ref"), Integer.class);

    private int hits;
    private int reads;
    private final Set<String> uncacheable = new LinkedHashSet<>();

    @DatabaseTest
    void everyAnswer_equalsTheDatabases(Database database) {
        if (database == Database.MARIADB) return; // Its triggers and views are tested by name.
        int steps = Integer.getInteger("jooqcache.steps", 1_000);
        long seed = Long.getLong("jooqcache.seed", System.nanoTime());
        System.out.println("RandomSchemaTest on " + database + ": -Djooqcache.seed=" + seed);
        Random random = new Random(seed);
        for (int step = 0; step < steps; step += STEPS_PER_SCHEMA) run(database, random, step, seed);
        System.out.printf("RandomSchemaTest on %s: %,d steps, %,d reads, %,d hits%n", database, steps, reads, hits);
        assertThat(hits)
                .as("hits, without which nothing is proved, of %s reads", reads)
                .isGreaterThan(reads / 5);
        assertThat(uncacheable).as("queries that cannot be cached").isEmpty();
    }

    private void run(Database database, Random random, int from, long seed) {
        RandomSchema schema = new RandomSchema(random, database, seed + "_" + from);
        try (Fixture f = Fixture.empty(
                        database,
                        cache -> schema.declaredTriggers.forEach(
                                trigger -> cache.declareTrigger(table(name(trigger[0])), table(name(trigger[1])))))
                .with(schema.ddl.toArray(String[]::new))) {
            for (int step = from; step < from + STEPS_PER_SCHEMA; step++) {
                if (random.nextInt(25) == 0) write(f, schema, random);
                read(f, schema, random, step);
            }
        }
    }

    private static void write(Fixture f, RandomSchema schema, Random random) {
        try {
            if (random.nextInt(3) > 0) writeOne(f.dsl, schema, random);
            else
                f.dsl.transaction(transaction -> {
                    for (int i = 0; i <= random.nextInt(3); i++) writeOne(transaction.dsl(), schema, random);
                    if (random.nextInt(3) == 0) throw new IllegalStateException("rolled back on purpose");
                });
        } catch (DataAccessException | IllegalStateException constraintOrRollback) {
            // What it changed before is what the reads must show.
        }
    }

    private static void writeOne(DSLContext dsl, RandomSchema schema, Random random) {
        Table<Record> table = table(name(schema.writable.get(random.nextInt(schema.writable.size()))));
        int a = random.nextInt(6);
        int id = random.nextInt(40);
        switch (random.nextInt(6)) {
            case 0, 1, 2 ->
                dsl.insertInto(table, ID, A, B, REF)
                        .values(id, a, random.nextInt(10), random.nextBoolean() ? null : random.nextInt(40))
                        .execute();
            case 3 -> dsl.update(table).set(B, B.plus(1)).where(A.eq(a)).execute();
            case 4 -> dsl.execute("update " + table.getName() + " set a = " + a + " where id = " + id);
            default -> dsl.deleteFrom(table).where(ID.eq(id)).execute();
        }
    }

    private void read(Fixture f, RandomSchema schema, Random random, int step) {
        String source = schema.readable.get(random.nextInt(schema.readable.size()));
        int a = random.nextInt(2);
        Function<DSLContext, ResultQuery<? extends Record>>
                query = // jOOQ's parser does not know the users' functions in a FROM clause.
                switch (source.endsWith(")") ? 1 : random.nextInt(3)) {
                            case 0 -> dsl -> dsl.resultQuery("select * from " + source + " s order by 1, 2, 3, 4");
                            case 1 ->
                                dsl -> dsl.select(ID, A, B, REF)
                                        .from(source.endsWith(")") ? table(source) : table(name(source)))
                                        .where(A.ge(a))
                                        .orderBy(1, 2, 3, 4);
                            default ->
                                dsl -> dsl.resultQuery(
                                        "select count(*), sum(b) from " + source + " s where a = {0}",
                                        org.jooq.impl.DSL.val(a));
                        };
        CacheStats before = f.cache.stats();
        String cached = query.apply(f.dsl).fetch().formatCSV();
        hits += (int) f.cache.stats().minus(before).hits();
        reads++;
        CacheDecision decision = f.cache.explain(query.apply(f.dsl));
        if (!decision.isCacheable()) uncacheable.add(decision.toString());
        assertThat(cached)
                .as("step %s: %s\n%s\n%s", step, decision, source, String.join("\n", schema.ddl))
                .isEqualTo(query.apply(f.bypassed()).fetch().formatCSV());
    }
}
