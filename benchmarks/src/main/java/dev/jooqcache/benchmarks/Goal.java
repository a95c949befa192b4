package dev.jooqcache.benchmarks;

import static dev.jooqcache.benchmarks.Figure.Group.HEAP;
import static dev.jooqcache.benchmarks.Figure.Group.MIX;
import static dev.jooqcache.benchmarks.Figure.Group.READ;
import static dev.jooqcache.benchmarks.Figure.Group.WRITE;

import dev.jooqcache.sample.DatabaseKind;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * One of the goals as a ratio of two medians of one run.
 *
 * @param what what is compared
 * @param limit the ratio that was aimed for
 * @param atMost whether it is the highest or the lowest that is good
 * @param ratio what was measured
 * @param obstacle what stands in the way, if it is not met
 */
record Goal(String what, double limit, boolean atMost, OptionalDouble ratio, String obstacle) {

    private static final String COPIES =
            "A date or time is copied for each reader, since JDBC's can be changed, and jOOQ computes a LocalDate or"
                    + " LocalDateTime of each copy from its calendar; the floor hands out the same objects again.";
    private static final String LOOK_UP =
            "Beside what the floor does: a key is made of the SQL and the bind values, looked up twice (what the SQL means,"
                    + " and the result), and checked against the generations; a statement and a result set are mocked.";
    private static final String RENDERING =
            "jOOQ builds the query, renders it and reads its rows also on a hit: that is the floor, and most of the time of"
                    + " a hit. A prepared query leaves it out.";
    private static final String RECORDING =
            "The connection is tracked, each cell is noted with its getter, and the result is stored, with one evicted for"
                    + " it: some microseconds for each read and some ten nanoseconds for each cell, to which a database in"
                    + " memory adds few.";
    private static final String ANNOUNCEMENT =
            "What each statement touches is looked up by its text, marked before it is sent and given a number after it.";
    private static final String CHECKS =
            "A prepared hit asks whether a transaction is open, makes a key of the arguments, and looks at the generations of"
                    + " all that the result depends on; @Cacheable looks at nothing but its key.";
    private static final String THREADS =
            "Two cores are shared by the threads, the garbage collector and the database.";
    private static final String CELLS = "Each cell is kept as JDBC's object, a box for each number.";

    private static final String H2 = DatabaseKind.H2.name();
    private static final String POSTGRESQL = DatabaseKind.POSTGRESQL.name();
    private static final double NEAR_LINEAR = 1.8;

    boolean isMet() {
        return ratio.isPresent() && (atMost ? ratio.getAsDouble() <= limit : ratio.getAsDouble() >= limit);
    }

    static List<Goal> of(Results results) {
        List<Goal> goals = new ArrayList<>();
        for (Workload workload : Workload.values()) {
            goals.add(atMost(
                    1.25,
                    "hit, against the floor: " + workload.label(),
                    read(results, Contender.TABLES, POSTGRESQL, workload, "us"),
                    read(results, Contender.FLOOR, POSTGRESQL, workload, "us"),
                    overhead(workload)));
        }
        goals.add(faster(8, results, Workload.FILM));
        goals.add(faster(5, results, Workload.PAGE));
        goals.add(faster(100, results, Workload.REPORT));
        for (Workload workload : Workload.values()) {
            goals.add(atMost(
                    1.2,
                    "allocation of a hit, against the floor: " + workload.label(),
                    read(results, Contender.TABLES, POSTGRESQL, workload, "B"),
                    read(results, Contender.FLOOR, POSTGRESQL, workload, "B"),
                    overhead(workload)));
        }
        goals.add(atMost(
                2,
                "prepared hit, against @Cacheable on Ehcache: " + Workload.FILM.label(),
                read(results, Contender.PREPARED, POSTGRESQL, Workload.FILM, "us"),
                read(results, Contender.SPRING_EHCACHE, POSTGRESQL, Workload.FILM, "us"),
                CHECKS));
        for (String database : List.of(H2, POSTGRESQL)) {
            for (Workload workload : Workload.values()) {
                goals.add(atMost(
                        database.equals(H2) ? 1.10 : 1.03,
                        "miss, against jOOQ on " + database + ": " + workload.label(),
                        read(results, Contender.MISS, database, workload, "us"),
                        read(results, Contender.PLAIN, database, workload, "us"),
                        RECORDING));
            }
        }
        for (String database : List.of(H2, POSTGRESQL)) {
            for (String write : List.of("insert", "update", "batch")) {
                goals.add(atMost(
                        1.05,
                        "write, against jOOQ on " + database + ": " + write,
                        write(results, Contender.TABLES, database, write),
                        write(results, Contender.PLAIN, database, write),
                        ANNOUNCEMENT));
            }
        }
        goals.add(atLeast(
                NEAR_LINEAR,
                "throughput of hits on four threads, against one",
                throughput(results, 4),
                throughput(results, 1),
                THREADS));
        goals.add(atMost(
                0.5,
                "heap of a cached row, against a Result's",
                heap(results, "jooq-cache"),
                heap(results, "Result"),
                CELLS));
        return goals;
    }

    private static Goal faster(double times, Results results, Workload workload) {
        return atLeast(
                times,
                "PostgreSQL on loopback, against a hit: " + workload.label(),
                read(results, Contender.PLAIN, POSTGRESQL, workload, "us"),
                read(results, Contender.TABLES, POSTGRESQL, workload, "us"),
                RENDERING);
    }

    private static String overhead(Workload workload) {
        return workload == Workload.PAGE ? COPIES : LOOK_UP;
    }

    private static Goal atMost(
            double limit, String what, OptionalDouble measured, OptionalDouble reference, String obstacle) {
        return new Goal(what, limit, true, ratio(measured, reference), obstacle);
    }

    private static Goal atLeast(
            double limit, String what, OptionalDouble measured, OptionalDouble reference, String obstacle) {
        return new Goal(what, limit, false, ratio(measured, reference), obstacle);
    }

    private static OptionalDouble ratio(OptionalDouble measured, OptionalDouble reference) {
        return measured.isPresent() && reference.isPresent()
                ? OptionalDouble.of(measured.getAsDouble() / reference.getAsDouble())
                : OptionalDouble.empty();
    }

    private static OptionalDouble read(
            Results results, Contender contender, String database, Workload workload, String metric) {
        return results.median(READ, contender.name(), database, workload.name(), metric)
                .value();
    }

    private static OptionalDouble write(Results results, Contender contender, String database, String write) {
        return results.median(WRITE, contender.name(), database, write, "us").value();
    }

    private static OptionalDouble throughput(Results results, int threads) {
        return results.median(MIX, Contender.TABLES.name(), POSTGRESQL, MixRun.subject(0, threads), "calls/s")
                .value();
    }

    private static OptionalDouble heap(Results results, String subject) {
        return results.median(HEAP, Contender.TABLES.name(), H2, subject, "B").value();
    }
}
