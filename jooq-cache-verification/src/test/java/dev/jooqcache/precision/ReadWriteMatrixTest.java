package dev.jooqcache.precision;

import static dev.jooqcache.precision.MatrixSchema.CATEGORY;
import static dev.jooqcache.precision.MatrixSchema.ITEM;
import static dev.jooqcache.precision.MatrixSchema.ITEMS;
import static dev.jooqcache.precision.MatrixSchema.MAKER;
import static dev.jooqcache.precision.MatrixSchema.MAKERS;
import static dev.jooqcache.precision.MatrixSchema.PART;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.CacheHint;
import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;

/**
 * Every read against every write, on few rows, with random keys: all reads are warmed, one write is made, and every read is
 * compared with what the database says.
 */
class ReadWriteMatrixTest {

    /** One round of all pairs takes about as long as so many steps of other random tests. */
    private static final int STEPS_PER_ROUND = 5_000;

    /**
     * Plain SQL, where {i} and {j} are keys of items, {m} and {n} of makers, {q} a quantity, each of which is bound or
     * written out. What has an order has a total one.
     */
    private static final String[] READS = {
        "select title from item where id = {i}",
        "select * from item where id in ({i}, {j})",
        "select id, title from item where maker_id = {m}",
        "select i.id, i.title, i.price from item i where i.qty > {q}",
        "select i.id, i.title from item i order by i.qty desc, i.id limit 3",
        "select i.id, i.title from item i order by i.title, i.id limit 2 offset 1",
        "select m.id, m.name, i.title from maker m join item i on i.maker_id = m.id where m.id = {m}",
        "select m.name, i.title from maker m left join item i on i.maker_id = m.id and i.id = {i}",
        "select m.name, i.title from maker m left join item i on i.maker_id = m.id where i.id = {i}",
        "select m.name, i.title from maker m left join item i on i.maker_id = m.id and m.id = {m}",
        "select m.name, i.title from item i right join maker m on i.maker_id = m.id and m.id = {m}",
        "select m.name, i.id, i.title from item i right join maker m on i.maker_id = m.id",
        "select m.id, i.id as item, m.name, i.title from maker m left join item i on i.maker_id = m.id where i.id is null",
        "select m.name, i.title from maker m full join item i on i.maker_id = m.id where m.id = {m}",
        "select m.id as mid, i.maker_id, i.title, m.name from maker m full join item i on i.maker_id = m.id and i.id = {i}",
        "select m.id, i.id as item, m.name from maker m cross join item i where m.id = {m} and i.qty = {q}",
        "select m.id, i.price from maker m, item i where m.id = i.maker_id and i.id = {i}",
        "select item_id, p.label, c.name from part p join category c using (item_id) where p.id = {i}",
        "select p.id, item_id, c.name from part p left join category c using (item_id)",
        "select label, weight from part natural join tag",
        "select count(*) from item natural left join part",
        "select a.id, b.id as other, b.title from item a join item b on a.maker_id = b.maker_id where a.id = {i}",
        "select i.id, p.label, m.name from item i left join (part p join maker m on m.code = p.maker_code) on p.item_id ="
                + " i.id where i.id = {i}",
        "select i.id, p.id as pid, m.id as mid, m.name from part p left join item i on i.id = p.item_id left join maker m"
                + " on m.id = i.maker_id",
        "select d.title from (select id, title from item where maker_id = {m}) d where d.id = {i}",
        "select item.id, item.n from (select maker_id as id, count(*) as n from item group by maker_id) item where item.id"
                + " = {m}",
        "select m.id, x.title from maker m cross join lateral (select i.title from item i where i.maker_id = m.id and i.qty"
                + " = {q}) x where m.id = {m}",
        "select m.id, x.n from maker m left join lateral (select count(*) as n from item i where i.maker_id = m.id) x on"
                + " true where m.grade = 1",
        "with c as (select id, title from item where maker_id = {m}) select c.title from c where c.id > {i}",
        "with maker as (select id, title as name from item) select name from maker where id = {i}",
        "with recursive t (id, depth) as (select id, 0 from category where id = {i} union all select c.id, t.depth + 1 from"
                + " category c join t on c.parent_id = t.id) select id, depth from t",
        "with recursive t as (select id, parent_id, name from category where parent_id is null union all select c.id,"
                + " c.parent_id, c.name from category c join t on c.parent_id = t.id) select id, name from t",
        "select title from item where id = {i} union select name from maker where id = {m}",
        "select id, title from item where id = {i} union all select id, title from item where maker_id = {m} order by 1, 2",
        "select id from item except select item_id from part where maker_code = 'c1'",
        "select id from item intersect select item_id from part where size > 1",
        "select m.name from maker m where m.id = {m} and exists (select 1 from item i where i.maker_id = m.id and i.qty ="
                + " {q})",
        "select m.name from maker m where not exists (select 1 from item i where i.maker_id = m.id and i.id = {i})",
        "select name from maker where id in (select maker_id from item where id = {i})",
        "select name from maker where id not in (select maker_id from item where maker_id is not null and qty = {q})",
        "select name from maker where id = any (select maker_id from item where qty = {q})",
        "select name from maker where id >= all (select maker_id from item where id in ({i}, {j}) and maker_id is not null)",
        "select m.id, (select count(*) from item i where i.maker_id = m.id) as n from maker m",
        "select m.id, (select max(i.price) from item i where i.maker_id = m.id and i.qty > {q}) as p, m.name from maker m"
                + " where m.grade > 0",
        "select i.id, (select m.name from maker m where m.id = i.maker_id) as name from item i",
        "select i.id, i.maker_id, (select m.name from maker m where m.id = i.maker_id) as name from item i where i.qty ="
                + " {q}",
        "select m.id, (select count(*) from part p where p.item_id in (select i.id from item i where i.maker_id = m.id)) as"
                + " n from maker m",
        "select m.id, (select count(*) from item i join part p on p.item_id = i.id where i.maker_id = m.id) as n from maker"
                + " m where m.id = {m}",
        "select id from maker m order by (select count(*) from item i where i.maker_id = m.id) desc, id",
        "select m.grade, count(*) from maker m group by m.grade having count(*) > (select min(qty) from item)",
        "select maker_id, count(*) as n, sum(price) as s from item where id > {i} group by maker_id",
        "select maker_id, qty, count(*) as n from item group by grouping sets ((maker_id), (qty), ())",
        "select maker_id, max(qty) as q from item where maker_id = {m} group by rollup (maker_id)",
        "select count(*) filter (where qty = {q}) as n, max(title) as t from item where maker_id in ({m}, {n})",
        "select id, row_number() over (partition by maker_id order by price, id) as n from item where maker_id = {m}",
        "select id, sum(qty) over (order by id) as s from item",
        "select distinct maker_id from item",
        "select distinct on (maker_id) maker_id, id from item order by maker_id, id desc",
        "select id, price from item order by price desc, id fetch first 2 rows only",
        "select price from item order by price fetch first 2 rows with ties",
        "select case when id = {i} then title else 'none' end as t from item where maker_id = {m}",
        "select coalesce(i.title, m.name) as t from maker m left join item i on i.maker_id = m.id and i.qty = {q} where m.id"
                + " = {m}",
        "select title from item where id = {i} or maker_id = {m}",
        "select title from item where not (id = {i})",
        "select title from item where (id, maker_id) = ({i}, {m})",
        "select title from item where (id, maker_id) in (({i}, {m}), ({j}, {n}))",
        "select title from item where id between {i} and {j}",
        "select title from item where maker_id is null",
        "select title from item where id = cast({i} as int)",
        "select title from item where cast(id as varchar(5)) = '1'",
        "select title from item where maker_id is not distinct from {m}",
        "select title from item where id + 0 = {i}",
        "select i.doubled from item i where i.id = {i}",
        "select id, doubled from item where doubled > 1",
        "select x.a from item as x (a, b, c, d, e, f) where x.b = {m}",
        "select owner_id, title from item_view where id = {i}",
        "select id, price from item_view where owner_id = {m}",
        "select v.id, v.title from item_view v",
        "select name, title from owner_view where maker = {m}",
        "select name, title from owner_view where item_id = {i}",
        "select title from top_view where id = {i}",
        "select t.title, s.items from top_view t join sum_view s on s.id = t.maker where t.maker = {m}",
        "select items, price from sum_view where id = {m}",
        "select title from swapped_view where id = {m}",
        "select title from swapped_view where maker_id = {i}",
        "select name from both_view where id = {i}",
        "select v.title, i.price from owner_view v join item i on i.id = v.item_id where v.maker = {m}",
        "select m.name, v.n from maker m join (values (1, 'a'), (2, 'b')) v (id, n) on v.id = m.id",
        "select name from tag where name = 'RED'",
        "select weight from tag where name = 'green'",
        "select grade from rate where amount = 1.0",
        "select i.id, r.grade from item i join rate r on r.amount = i.price where i.maker_id = {m}",
        "select label from part where label = 'l1'",
        "select p.id, m.name from part p join maker m on m.code = p.maker_code where m.id = {m}",
        "select p.id, m.name from part p join maker m on m.code = p.maker_code where m.code = 'c1'",
        "select writes from log where id = 1",
        "select id, label from part where item_id = {i}",
        "select id, item_id from part where id = {i}",
        "select parent_id, name from category where id = {i}",
        "select id from category where parent_id = {i}",
        // Pinned through derived tables and common table expressions.
        "select d.title from (select i.id, i.title, i.qty from item i) d where d.id = {i} and d.qty >= 0",
        "select d.k, d.t from (select i.maker_id as k, i.title as t from item i) d where d.k in ({m}, {n})",
        "select d.n from (select i.maker_id, count(*) as n from item i group by i.maker_id) d where d.maker_id = {m}",
        "select d.n from (select i.maker_id, i.qty, count(*) as n from item i group by i.maker_id, i.qty having count(*) <"
                + " (select count(*) from part p where p.item_id > i.maker_id)) d where d.maker_id = {m}",
        "select d.maker_id, d.qty from (select distinct i.maker_id, i.qty from item i) d where d.maker_id = {m}",
        "select m.name, d.n, d.s from maker m left join (select i.maker_id, count(*) as n, sum(i.qty) as s from item i group"
                + " by i.maker_id) d on d.maker_id = m.id where m.id = {m}",
        "select m.name, d.title from maker m left join (select i.id, i.maker_id, i.title from item i) d on d.maker_id = m.id"
                + " and d.id = {i}",
        "select m.name, d.title from maker m full join (select i.id, i.maker_id, i.title from item i) d on d.maker_id = m.id"
                + " where d.id = {i}",
        "select d.name, d.title from (select m.id, m.name, i.title, i.maker_id as owner from maker m left join item i on"
                + " i.maker_id = m.id and i.qty = {q}) d where d.id = {m}",
        "select d.name, d.title from (select m.id, m.name, i.title, i.maker_id as owner from maker m left join item i on"
                + " i.maker_id = m.id) d where d.owner = {m}",
        "select d.id, d.n from (select m.id, (select count(*) from item i where i.maker_id = m.id) as n from maker m) d where"
                + " d.id = {m}",
        "select d.name from (select m.id, m.name from maker m where not exists (select 1 from item i where i.maker_id = m.id"
                + " and i.qty = {q})) d where d.id in ({m}, {n})",
        "select d.title from (select i.id, i.title from item i order by i.price, i.id limit 4) d where d.id = {i}",
        "select d.title from ((select i.id, i.title from item i order by i.price desc, i.id limit 4)) d where d.id = {i}",
        "select d.t from (select i.id, i.title as t from item i union select m.id, m.name from maker m) d where d.id = {m}",
        "select d.n from (select i.id, row_number() over (order by i.price, i.id) as n from item i) d where d.id = {i}",
        "select d.title from (select i.maker_id as id, i.id as maker_id, i.title from item i) d where d.id = {m}",
        "select d.title from (select e.k, e.title from (select i.id as k, i.title, i.maker_id from item i where i.qty > 0) e"
                + " where e.maker_id = {m}) d where d.k = {i}",
        "select i.id, (select max(d.label) from (select p.item_id, p.label from part p) d where d.item_id = i.id) as l from"
                + " item i where i.id = {i}",
        "select i.id, i.price, (select d.n from (select p.item_id, count(*) as n from part p group by p.item_id) d where"
                + " d.item_id = i.id) as n from item i where i.maker_id = {m}",
        "select m.name, d.title from maker m join lateral (select i.id, i.title from item i where i.maker_id = m.id) d on"
                + " d.id = {i}",
        "with c as (select i.id, i.title from item i) select a.title, b.title as t from c a join c b on b.id = {j} where a.id"
                + " = {i}",
        "with c as (select i.id, i.title, i.maker_id from item i) select c.title from c where c.id = {i} union all select"
                + " e.title from c e where e.maker_id = {m}",
        "with c as (select i.id, i.title from item i), d as (select count(*) as n from c) select c.title, d.n from c, d where"
                + " c.id = {i}",
        "with c (k, n) as (select i.maker_id, count(*) from item i group by i.maker_id), d as (select c.k, c.n from c) select"
                + " m.name, d.n from maker m left join d on d.k = m.id where m.id = {m}",
        "with c as (select i.id, i.maker_id from item i), d as (select c.maker_id, count(*) as n from c group by c.maker_id)"
                + " select d.n from d where d.maker_id in ({m}, {n})",
        "with c as (select i.id, i.title from item i) select m.name, (select c.title from c where c.id = m.id) as t from"
                + " maker m where m.id = {m}",
        "with c as (select i.id, i.title from item i) select m.name from maker m where m.id = {m} and not exists (select 1"
                + " from c where c.id = m.id)",
        "with item as (select i.id, i.title from item i where i.qty = {q}) select item.title from item where item.id = {i}",
        "with c as (select v.id, v.title, v.owner_id from item_view v) select c.title from c where c.owner_id = {m}",
        "select d.items from (select s.id, s.items from sum_view s) d where d.id = {m}",
        "select d.name, d.title from (select o.maker, o.name, o.title from owner_view o) d where d.maker = {m}",
        "SELECT /* a hint */ \"I\".TITLE FROM Item \"I\" WHERE \"I\".ID = {i} -- the end",
    };

    private static final String[] WRITES = {
        "insert into item (id, maker_id, title, price, qty) values ({k}, {m}, 'new', 1.5, {q})",
        "insert into item (id) values ({k})",
        "insert into item (id, maker_id) select max(id) + 1, {m} from item",
        "insert into item (id, maker_id, title) values ({k}, {m}, 'a'), (9, {n}, 'b')",
        "insert into maker values ({k}, 'new', 'n1', 2)",
        "insert into part (id, item_id, label, size) values (9, {i}, 'l1', 1.5)",
        "insert into tag values ('RED ', {i}, 7)",
        "update item set title = 'x' where id = {i}",
        "update item set title = 'x' where id in ({i}, {j})",
        "UPDATE ITEM SET Title = 'x' /* where id = 1 */ WHERE Id = {i} -- or not",
        "update item i set title = 'x' where i.id = {i}",
        "update item set title = 'x' where maker_id = {m}",
        "update item set title = 'x'",
        "update item set qty = qty + 1 where id = {i}",
        "update item set qty = {q} where maker_id = {m}",
        "update item set price = 1.5 where price > 1.5",
        "update item set price = (select max(amount) from rate) where id = {i}",
        "update item set qty = -1 where id = {i} and maker_id = {m}",
        "update item set maker_id = {m} where id = {i}",
        "update item set maker_id = {m} where id = {i} and maker_id = {n}",
        "update item set maker_id = {m} where maker_id = {n}",
        "update item set maker_id = null where maker_id = {m}",
        "update item set maker_id = {m} where maker_id is null",
        "update item set (title, qty) = ('x', {q}) where id = {i}",
        "update item set id = {k} where id = {i}",
        "update item set id = id + 20 where maker_id = {m}",
        "update item set title = default, qty = default where id = {i}",
        "update item set title = m.name from maker m where m.id = item.maker_id and m.id = {m}",
        "update item set title = 'x' from part where part.item_id = item.id and part.id = {i}",
        "update item i join maker m on m.id = i.maker_id set i.title = 'x', m.name = 'y' where m.id = {m}",
        "update item set title = 'x' where id in (select item_id from part where id = {i})",
        "update item set title = 'x' where id = {i} = false",
        "update item set title = 'x' where not id = {i}",
        "update maker set name = 'x' where id = {m}",
        "update maker set id = {k} where id = {m}",
        "update maker set code = 'z' where id = {m}",
        "update maker set code = 'z', grade = 2 where code = 'c1'",
        "update part set size = 3 where id = {i}",
        "update part set size = 3 where item_id = {i}",
        "update part set item_id = {i} where id = {j}",
        "update part set label = 'l1' where label = 'l2'",
        "update category set name = 'x' where parent_id = {i}",
        "update category set parent_id = null where id = {i}",
        "update tag set weight = 9 where name = 'red'",
        "update tag set item_id = {i} where item_id = {j}",
        "update rate set grade = 9 where amount = 1",
        "update rate set amount = amount + 5 where amount = 1.50",
        "update item_view set title = 'x' where id = {i}",
        "update item_view set owner_id = {m} where owner_id = {n}",
        "insert into item_view (id, owner_id, title) values ({k}, {m}, 'v')",
        "delete from item_view where owner_id = {m}",
        "delete from item where id = {i}",
        "delete from item where maker_id = {m}",
        "delete from item where id = {i} and qty = {q}",
        "delete from item i where exists (select 1 from part p where p.item_id = i.id)",
        "delete from maker where id = {m}",
        "delete from maker where code = 'c1'",
        "delete from part where item_id = {i}",
        "delete from category where id = {i}",
        "delete from part",
        "truncate table part",
        "insert into item (id, title) values ({i}, 'up') on conflict (id) do update set title = excluded.title",
        "insert into item (id, maker_id) values ({i}, {m}) on conflict (id) do update set id = 30, maker_id ="
                + " excluded.maker_id",
        "insert into item (id, title) values ({i}, 'up') on duplicate key update id = 30, title = 'up'",
        "replace into tag (name, item_id, weight) values ('RED', {i}, 8)",
        "merge into item using (select {i} as k, {m} as m) s on item.id = s.k when matched then update set maker_id = s.m",
        "merge into item (id, title) key (id) values ({i}, 'm')",
        "with d as (delete from part where item_id = {i} returning id) update item set title = 'x' where id = {j}",
        "with s as (select {i} as k) update item set title = 'x' from s where item.id = s.k",
    };

    @DatabaseTest
    void everyRead_isFreshAfterEveryWrite(Database database) {
        List<String> wrong = new ArrayList<>();
        long seed = Long.getLong("jooqcache.seed", System.nanoTime());
        System.out.println("ReadWriteMatrixTest on " + database + ": -Djooqcache.seed=" + seed);
        int rounds = 1 + Integer.getInteger("jooqcache.steps", 1_000) / STEPS_PER_ROUND;
        for (int round = 0; round < rounds && wrong.size() < 50; round++)
            new Round(database, seed + round, wrong).run();
        assertThat(wrong).isEmpty();
    }

    /** One state of the tables, and one choice of keys. */
    private static final class Round {
        private final Database database;
        private final long seed;
        private final List<String> wrong;
        private final Random random;
        private int hits;
        private int done;

        Round(Database database, long seed, List<String> wrong) {
            this.database = database;
            this.seed = seed;
            this.wrong = wrong;
            this.random = new Random(seed);
        }

        void run() {
            try (Fixture f = Fixture.empty(
                            database,
                            settings ->
                                    settings.declareTrigger(DSL.table(DSL.name("item")), DSL.table(DSL.name("log"))))
                    .with(MatrixSchema.ddl(database))) {
                MatrixSchema.fill(f.unseen, seed);
                Map<String, Function<DSLContext, ? extends ResultQuery<?>>> reads = reads();
                reads.values().removeIf(read -> !isKnown(f, read));
                Map<String, Consumer<DSLContext>> writes = writes();
                writes.forEach((name, write) -> one(f, reads, name, write));
                assertThat(reads.size()).as("reads").isGreaterThan(60);
                assertThat(done).as("writes").isGreaterThan(40);
                assertThat(hits).as("hits").isGreaterThan(reads.size() * writes.size() / 2);
            }
        }

        /** Not all databases know each form. */
        private static boolean isKnown(Fixture f, Function<DSLContext, ? extends ResultQuery<?>> read) {
            try {
                read.apply(f.unseen).fetch();
                return true;
            } catch (DataAccessException e) {
                return false;
            }
        }

        private void one(
                Fixture f,
                Map<String, Function<DSLContext, ? extends ResultQuery<?>>> reads,
                String name,
                Consumer<DSLContext> write) {
            MatrixSchema.fill(f.unseen, seed);
            f.cache.invalidateAll();
            CacheStats before = f.cache.stats();
            for (int i = 0; i < 2; i++)
                reads.values().forEach(read -> read.apply(f.dsl).fetch());
            hits += (int) f.cache.stats().minus(before).hits();
            inTransaction(f, reads, name, write);
            try {
                write.accept(f.dsl);
                done++;
            } catch (DataAccessException e) {
                // Unknown to this database, or it hurts a constraint. Nothing may be stale all the same.
            }
            reads.forEach((text, read) -> compare(f, f.dsl, text, read, name));
        }

        /** A transaction sees what it has written, and nobody sees it once it is rolled back. */
        private void inTransaction(
                Fixture f,
                Map<String, Function<DSLContext, ? extends ResultQuery<?>>> reads,
                String name,
                Consumer<DSLContext> write) {
            try {
                f.dsl.transaction(t -> {
                    write.accept(t.dsl());
                    reads.forEach((text, read) -> compare(f, t.dsl(), text, read, "in a transaction: " + name));
                    throw new IllegalStateException("rolled back");
                });
            } catch (IllegalStateException | DataAccessException e) {
                // Taken back, all of it.
            }
            reads.forEach((text, read) -> compare(f, f.dsl, text, read, "rolled back: " + name));
        }

        private void compare(
                Fixture f,
                DSLContext dsl,
                String text,
                Function<DSLContext, ? extends ResultQuery<?>> read,
                String write) {
            List<String> expected = rows(read.apply(f.cache.with(dsl, CacheHint.bypass())));
            for (int i = 0; i < 2; i++) {
                List<String> actual = rows(read.apply(dsl));
                if (!actual.equals(expected))
                    wrong.add("seed " + seed + ", answer " + i + ": " + text + "\n    " + write + "\n    " + actual
                            + "\n    " + expected + "\n    " + f.cache.explain(read.apply(dsl)));
            }
        }

        /** The rows with the classes of their values; in order, if there is one. */
        private static List<String> rows(ResultQuery<?> query) {
            List<String> rows = new ArrayList<>();
            for (Record row : query.fetch()) {
                StringBuilder text = new StringBuilder();
                for (Object value : row.intoList())
                    text.append(value == null ? "" : value.getClass().getSimpleName())
                            .append(' ')
                            .append(value)
                            .append(", ");
                rows.add(text.toString());
            }
            if (!query.getSQL().toLowerCase(Locale.ROOT).contains("order by")) rows.sort(null);
            return rows;
        }

        private int item() {
            return 1 + random.nextInt(ITEMS);
        }

        private int maker() {
            return 1 + random.nextInt(MAKERS);
        }

        /** Puts keys in place of their names, bound or not. */
        private Text text(String template) {
            boolean bound = random.nextBoolean();
            List<Object> binds = new ArrayList<>();
            StringBuilder sql = new StringBuilder();
            Matcher names = Pattern.compile("\\{(\\w)}").matcher(template);
            while (names.find()) {
                int value = switch (names.group(1)) {
                    case "i", "j" -> item();
                    case "m", "n" -> maker();
                    case "k" -> ITEMS + 1;
                    default -> random.nextInt(3);
                };
                names.appendReplacement(sql, bound ? "?" : Integer.toString(value));
                if (bound) binds.add(random.nextInt(4) == 0 ? (Object) (long) value : value);
            }
            names.appendTail(sql);
            String quoted = database == Database.MARIADB ? sql.toString().replace("\"I\"", "I") : sql.toString();
            return new Text(quoted, binds.toArray());
        }

        private record Text(String sql, Object[] binds) {
            @Override
            public String toString() {
                return sql + " " + List.of(binds);
            }
        }

        private Map<String, Function<DSLContext, ? extends ResultQuery<?>>> reads() {
            Map<String, Function<DSLContext, ? extends ResultQuery<?>>> reads = new LinkedHashMap<>();
            for (String template : READS) {
                Text text = text(template);
                reads.put(text.toString(), dsl -> dsl.resultQuery(text.sql, text.binds));
            }
            int i = item();
            int m = maker();
            reads.put("selectFrom pk " + i, dsl -> dsl.selectFrom(ITEM).where(ITEM.ID.eq(i)));
            reads.put("selectFrom fk " + m, dsl -> dsl.selectFrom(ITEM).where(ITEM.MAKER_ID.eq(m)));
            reads.put("selectFrom fk null", dsl -> dsl.selectFrom(ITEM).where(ITEM.MAKER_ID.eq((Integer) null)));
            reads.put(
                    "path " + i,
                    dsl -> dsl.select(ITEM.TITLE, ITEM.maker().NAME).from(ITEM).where(ITEM.ID.eq(i)));
            reads.put("path, all", dsl -> dsl.select(ITEM.ID, ITEM.maker().NAME).from(ITEM));
            reads.put(
                    "path in where " + m,
                    dsl -> dsl.select(ITEM.TITLE)
                            .from(ITEM)
                            .where(ITEM.maker().ID.eq(m)));
            reads.put(
                    "two paths",
                    dsl -> dsl.select(PART.ID, PART.item().TITLE, PART.item().maker().NAME)
                            .from(PART)
                            .orderBy(PART.item().maker().GRADE, PART.ID));
            reads.put(
                    "multiset " + m,
                    dsl -> dsl.select(
                                    MAKER.ID,
                                    DSL.multiset(DSL.select(
                                                    ITEM.ID,
                                                    ITEM.TITLE,
                                                    DSL.multiset(DSL.select(PART.ID, PART.LABEL)
                                                            .from(PART)
                                                            .where(PART.ITEM_ID.eq(ITEM.ID))
                                                            .orderBy(PART.ID)))
                                            .from(ITEM)
                                            .where(ITEM.MAKER_ID.eq(MAKER.ID))
                                            .orderBy(ITEM.ID)))
                            .from(MAKER)
                            .where(MAKER.ID.eq(m)));
            reads.put(
                    "multiset, all",
                    dsl -> dsl.select(
                                    MAKER.ID,
                                    MAKER.NAME,
                                    DSL.multiset(DSL.select(ITEM.ID, ITEM.PRICE)
                                            .from(ITEM)
                                            .where(ITEM.MAKER_ID.eq(MAKER.ID))
                                            .orderBy(ITEM.ID)))
                            .from(MAKER)
                            .orderBy(MAKER.GRADE, MAKER.ID));
            reads.put(
                    "semi join " + m,
                    dsl -> dsl.select(MAKER.NAME)
                            .from(MAKER)
                            .leftSemiJoin(ITEM)
                            .on(ITEM.MAKER_ID.eq(MAKER.ID))
                            .where(MAKER.ID.eq(m)));
            reads.put(
                    "anti join",
                    dsl -> dsl.select(MAKER.ID).from(MAKER).leftAntiJoin(ITEM).on(ITEM.MAKER_ID.eq(MAKER.ID)));
            reads.put(
                    "seek",
                    dsl -> dsl.select(ITEM.ID, ITEM.PRICE)
                            .from(ITEM)
                            .orderBy(ITEM.PRICE, ITEM.ID)
                            .seek(new BigDecimal("1.00"), i)
                            .limit(3));
            reads.put(
                    "fetchCount " + m,
                    dsl -> dsl.selectCount().from(dsl.selectFrom(ITEM).where(ITEM.MAKER_ID.eq(m))));
            reads.put(
                    "row " + i,
                    dsl -> dsl.select(DSL.row(ITEM.ID, ITEM.TITLE), ITEM.maker().NAME)
                            .from(ITEM)
                            .where(ITEM.ID.eq(i)));
            reads.put("inline " + i, dsl -> dsl.select(ITEM.TITLE).from(ITEM).where(ITEM.ID.eq(DSL.inline(i))));
            reads.put(
                    "asterisk " + i,
                    dsl -> dsl.select(DSL.asterisk()).from(ITEM).where(ITEM.ID.in(i, m)));
            reads.put(
                    "category of itself",
                    dsl -> dsl.select(CATEGORY.ID, CATEGORY.as("p").NAME)
                            .from(CATEGORY)
                            .leftJoin(CATEGORY.as("p"))
                            .on(CATEGORY.PARENT_ID.eq(CATEGORY.as("p").ID)));
            reads.put(
                    "renamed",
                    dsl -> dsl.select(DSL.field(DSL.name("x", "b")))
                            .from(ITEM.as("x", "a", "b", "c", "d", "e", "f"))
                            .where(DSL.field(DSL.name("x", "a"), Integer.class).eq(i)));
            return reads;
        }

        private Map<String, Consumer<DSLContext>> writes() {
            Map<String, Consumer<DSLContext>> writes = new LinkedHashMap<>();
            for (String template : WRITES) {
                Text text = text(template);
                writes.put(text.toString(), dsl -> dsl.execute(text.sql, text.binds));
            }
            for (int n = 0; n < 4; n++) {
                Text one = text(WRITES[random.nextInt(WRITES.length)]);
                Text other = text(WRITES[random.nextInt(WRITES.length)]);
                writes.put(
                        "transaction of " + one + " and " + other,
                        dsl -> dsl.transaction(t -> {
                            t.dsl().execute(one.sql, one.binds);
                            t.dsl().execute(other.sql, other.binds);
                        }));
                writes.put(
                        "rolled back to before " + other,
                        dsl -> dsl.transaction(t -> {
                            t.dsl().execute(one.sql, one.binds);
                            try {
                                t.dsl().transaction(nested -> {
                                    nested.dsl().execute(other.sql, other.binds);
                                    throw new IllegalStateException("back to the savepoint");
                                });
                            } catch (IllegalStateException e) {
                                // Only the first one counts.
                            }
                        }));
                writes.put(
                        "batch of " + one + " and " + other,
                        dsl -> dsl.batch(dsl.query(one.sql, one.binds), dsl.query(other.sql, other.binds))
                                .execute());
            }
            int i = item();
            int j = item();
            int m = maker();
            writes.put(
                    "insertInto",
                    dsl -> dsl.insertInto(ITEM, ITEM.ID, ITEM.MAKER_ID)
                            .values(8, m)
                            .values(9, (Integer) null)
                            .execute());
            writes.put(
                    "insert returning",
                    dsl -> dsl.insertInto(ITEM)
                            .set(ITEM.ID, 8)
                            .set(ITEM.MAKER_ID, m)
                            .returning(ITEM.DOUBLED)
                            .fetch());
            writes.put(
                    "insert select",
                    dsl -> dsl.insertInto(ITEM, ITEM.ID, ITEM.MAKER_ID)
                            .select(DSL.select(ITEM.ID.plus(50), ITEM.MAKER_ID)
                                    .from(ITEM)
                                    .where(ITEM.ID.eq(i)))
                            .execute());
            writes.put(
                    "upsert " + i,
                    dsl -> dsl.insertInto(ITEM, ITEM.ID, ITEM.TITLE)
                            .values(i, "up")
                            .onDuplicateKeyUpdate()
                            .set(ITEM.MAKER_ID, m)
                            .set(ITEM.ID, 40)
                            .execute());
            writes.put(
                    "upsert ignored " + i,
                    dsl -> dsl.insertInto(ITEM, ITEM.ID)
                            .values(i)
                            .onDuplicateKeyIgnore()
                            .execute());
            writes.put(
                    "merge " + i,
                    dsl -> dsl.mergeInto(ITEM)
                            .using(DSL.selectOne())
                            .on(ITEM.ID.eq(i))
                            .whenMatchedThenUpdate()
                            .set(ITEM.MAKER_ID, m)
                            .whenNotMatchedThenInsert(ITEM.ID)
                            .values(i)
                            .execute());
            writes.put(
                    "update returning " + i,
                    dsl -> dsl.update(ITEM)
                            .set(ITEM.QTY, 2)
                            .where(ITEM.ID.eq(i))
                            .returning()
                            .fetch());
            writes.put(
                    "update of a path " + m,
                    dsl -> dsl.update(ITEM)
                            .set(ITEM.TITLE, "x")
                            .where(ITEM.maker().ID.eq(m))
                            .execute());
            writes.put(
                    "update row " + i,
                    dsl -> dsl.update(ITEM)
                            .set(DSL.row(ITEM.TITLE, ITEM.MAKER_ID), DSL.row("x", m))
                            .where(ITEM.ID.eq(i))
                            .execute());
            writes.put(
                    "update limited",
                    dsl -> dsl.update(ITEM)
                            .set(ITEM.TITLE, "x")
                            .where(ITEM.MAKER_ID.eq(m))
                            .orderBy(ITEM.ID)
                            .limit(1)
                            .execute());
            writes.put(
                    "delete returning " + i,
                    dsl -> dsl.deleteFrom(ITEM).where(ITEM.ID.eq(i)).returning().fetch());
            writes.put(
                    "delete of a path " + m,
                    dsl -> dsl.deleteFrom(ITEM).where(ITEM.maker().GRADE.eq(1)).execute());
            writes.put("record.store " + i, dsl -> {
                MatrixSchema.ItemRecord record = dsl.fetchOne(ITEM, ITEM.ID.eq(i));
                record.set(ITEM.TITLE, "stored");
                record.set(ITEM.MAKER_ID, m);
                record.store();
                record.refresh();
            });
            writes.put("record.insert", dsl -> {
                MatrixSchema.ItemRecord record = dsl.newRecord(ITEM);
                record.set(ITEM.ID, 8);
                record.set(ITEM.MAKER_ID, m);
                record.insert();
            });
            writes.put("record.update of its key " + i, dsl -> {
                MatrixSchema.PartRecord record = dsl.fetchOne(PART, PART.ID.eq(i));
                record.set(PART.ID, 60);
                dsl.executeUpdate(record, PART.ID.eq(i));
            });
            writes.put(
                    "record.delete " + i,
                    dsl -> dsl.fetchOne(PART, PART.ID.eq(i)).delete());
            writes.put("record.merge " + i, dsl -> {
                MatrixSchema.ItemRecord record = dsl.newRecord(ITEM);
                record.set(ITEM.ID, i);
                record.set(ITEM.MAKER_ID, m);
                record.merge();
            });
            writes.put("batchStore " + i + " " + j, dsl -> {
                MatrixSchema.ItemRecord one = dsl.fetchOne(ITEM, ITEM.ID.eq(i));
                MatrixSchema.ItemRecord other = dsl.newRecord(ITEM);
                one.set(ITEM.TITLE, "stored");
                other.set(ITEM.ID, 8);
                other.set(ITEM.MAKER_ID, m);
                dsl.batchStore(one, other).execute();
            });
            writes.put(
                    "batch of binds " + i + " " + j,
                    dsl -> dsl.batch(dsl.update(ITEM)
                                    .set(ITEM.MAKER_ID, (Integer) null)
                                    .where(ITEM.ID.eq((Integer) null)))
                            .bind(m, i)
                            .bind(null, j)
                            .execute());
            writes.put(
                    "batched connection " + i,
                    dsl -> dsl.batched(c -> {
                        c.dsl()
                                .update(ITEM)
                                .set(ITEM.QTY, 1)
                                .where(ITEM.ID.eq(i))
                                .execute();
                        c.dsl()
                                .update(ITEM)
                                .set(ITEM.QTY, 2)
                                .where(ITEM.ID.eq(j))
                                .execute();
                    }));
            writes.put("truncate cascade", dsl -> dsl.truncate(PART).execute());
            return writes;
        }
    }
}
