package dev.jooqcache.schema;

import dev.jooqcache.testing.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.h2.api.Trigger;

/**
 * A schema made at random: tables with foreign keys of every rule, views over views, triggers that write other tables,
 * and, on PostgreSQL, partitions, inheritance, rules and functions that read.
 *
 * <p>A trigger on a table writes only tables with higher numbers, so that none sets off itself.
 */
final class RandomSchema {

    static final int TABLES = 6;

    private static final String[] RULES = {
        "", "on delete cascade", "on delete set null", "on delete cascade on update cascade"
    };

    final List<String> ddl = new ArrayList<>();
    /** What queries can read: tables, views, and calls of functions. */
    final List<String> readable = new ArrayList<>();
    /** What statements can write. */
    final List<String> writable = new ArrayList<>();
    /** For each table with a trigger that nobody can look into, the table that it writes. */
    final List<String[]> declaredTriggers = new ArrayList<>();

    private final Random random;
    private final boolean postgres;
    private final String unique;

    RandomSchema(Random random, Database database, String unique) {
        this.random = random;
        this.postgres = database == Database.POSTGRESQL;
        this.unique = unique;
        for (int i = 0; i < TABLES; i++) table(i);
        if (postgres) partitions();
        for (int i = 0; i < 5; i++) trigger(i);
        if (postgres) function();
        for (int i = 0; i < 6; i++) view(i);
        if (postgres) rule();
    }

    private void table(int i) {
        String key = i > 0 && random.nextInt(3) > 0
                ? ", foreign key (ref) references t" + random.nextInt(i) + " (id) "
                        + RULES[random.nextInt(RULES.length)]
                : "";
        ddl.add("create table t" + i + " (id int primary key, a int, b int, ref int" + key + ")");
        readable.add("t" + i);
        writable.add("t" + i);
    }

    private void partitions() {
        ddl.add("create table p (id int, a int, b int, ref int, primary key (id, a)) partition by list (a)");
        ddl.add("create table p_even partition of p for values in (0, 2, 4)");
        ddl.add("create table p_odd partition of p default");
        ddl.add("create table heir () inherits (t0)");
        for (String name : List.of("p", "p_even", "heir")) {
            readable.add(name);
            writable.add(name);
        }
    }

    private void trigger(int i) {
        String event = List.of("insert", "update", "delete").get(random.nextInt(3));
        int target = i + 1 + random.nextInt(TABLES - i - 1);
        String row = event.equals("delete") ? "old" : "new";
        String statement = switch (random.nextInt(3)) {
            case 0 -> "insert into t" + target + " (id, a, b) select coalesce(max(id), 0) + 1, %s, 0 from t" + target;
            case 1 -> "update t" + target + " set b = b + 1 where a = %s";
            default -> "delete from t" + target + " where a = %s and b > 5";
        };
        if (postgres) {
            ddl.add("create function f" + i + "() returns trigger language plpgsql as $$ begin "
                    + statement.formatted(row + ".a") + "; return null; end $$");
            ddl.add("create trigger g" + i + " after " + event + " on t" + i + " for each row execute function f" + i
                    + "()");
        } else {
            String name = "g_" + unique + "_" + i;
            StatementTrigger.STATEMENTS.put(name, statement);
            ddl.add("create trigger " + name + " after " + event + " on t" + i + " for each row call '"
                    + StatementTrigger.class.getName() + "'");
            declaredTriggers.add(new String[] {"t" + i, "t" + target});
        }
    }

    private void function() {
        String source = readable.get(random.nextInt(readable.size()));
        ddl.add("create function total(x int) returns bigint stable language sql as $$ select coalesce(sum(b), 0) from "
                + source + " where a <= x $$");
        ddl.add(
                "create function rows_of(x int) returns table (id int, a int, b int, ref int) stable language plpgsql as"
                        + " $$ begin return query select s.id, s.a, s.b, s.ref from " + source
                        + " s where s.a = x; end $$");
        readable.add("rows_of(2)");
    }

    private void view(int i) {
        String one = readable.get(random.nextInt(readable.size()));
        String other = readable.get(random.nextInt(readable.size()));
        String query = switch (random.nextInt(postgres ? 6 : 5)) {
            case 0 -> "select id, a, b, ref from " + one + " x where a > 1";
            case 1 -> "select x.id, x.a, y.b, x.ref from " + one + " x join " + other + " y on y.a = x.a";
            case 2 ->
                "select a as id, a, cast(sum(b) as int) as b, cast(count(*) as int) as ref from " + one
                        + " x group by a";
            case 3 -> "select id, a, b, ref from " + one + " x union all select id, a, b, ref from " + other + " y";
            case 4 ->
                "with c as (select a from " + other + " y where b > 0) select x.id, x.a, x.b, x.ref from "
                        + one + " x where x.a in (select a from c) or exists (select 1 from t" + random.nextInt(TABLES)
                        + " z where z.id = x.ref)";
            default -> "select id, a, cast(total(a) as int) as b, ref from " + one + " x";
        };
        ddl.add("create view v" + i + " as " + query);
        readable.add("v" + i);
    }

    /** A view that can be written through its base table, and a rule on another one. */
    private void rule() {
        ddl.add("create view through as select id, a, b, ref from t1 where a >= 0");
        readable.add("through");
        writable.add("through");
        ddl.add("create view ruled as select id, a, b, ref from t2");
        ddl.add("create rule ruled_insert as on insert to ruled do instead insert into t3 (id, a, b)"
                + " values (new.id, new.a, new.b)");
        ddl.add("create rule ruled_update as on update to ruled do instead update t4 set b = new.b where a = new.a");
        ddl.add("create rule ruled_delete as on delete to ruled do instead delete from t5 where a = old.a");
        readable.add("ruled");
        writable.add("ruled");
    }

    /** H2's trigger: executes the statement that is noted under its name. */
    public static final class StatementTrigger implements Trigger {

        static final Map<String, String> STATEMENTS = new ConcurrentHashMap<>();

        private String statement = "";

        @Override
        public void init(Connection c, String schema, String trigger, String table, boolean before, int type) {
            statement = STATEMENTS.get(trigger);
        }

        @Override
        public void fire(Connection connection, Object[] before, Object[] after) throws SQLException {
            Object[] row = after == null ? before : after;
            try (Statement jdbc = connection.createStatement()) {
                jdbc.execute(statement.formatted(row[1]));
            }
        }
    }
}
