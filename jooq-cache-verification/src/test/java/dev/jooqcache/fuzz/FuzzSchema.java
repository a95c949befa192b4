package dev.jooqcache.fuzz;

import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.QueryCacheBuilder;
import dev.jooqcache.testing.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.h2.api.Trigger;
import org.jooq.impl.UpdatableRecordImpl;

/**
 * The tables that the fuzzer reads and writes: keys of every type that a database compares in a way of its own, foreign
 * keys with every rule, a trigger, a generated column, two views and, on PostgreSQL, partitions.
 */
final class FuzzSchema {

    static final FuzzTable<RegionRow> REGION =
            new FuzzTable<>("region", RegionRow.class, "code CHAR key", "label TEXT", "rank INT");
    static final FuzzTable<OwnerRow> OWNER = new FuzzTable<>(
            "owner",
            OwnerRow.class,
            "id INT key",
            "email TEXT tracked",
            "nick CASELESS tracked",
            "region CHAR tracked",
            "age INT",
            "score NUMERIC");
    static final FuzzTable<ItemRow> ITEM = new FuzzTable<>(
            "item",
            ItemRow.class,
            "id LONG key",
            "owner_id INT tracked",
            "kind TEXT",
            "price NUMERIC",
            "qty INT",
            "doubled INT generated");
    static final FuzzTable<DocRow> DOC =
            new FuzzTable<>("doc", DocRow.class, "id UUID key", "item_id LONG tracked", "held DATE", "title TEXT");
    static final FuzzTable<TagRow> TAG =
            new FuzzTable<>("tag", TagRow.class, "name CASELESS key", "parent CASELESS tracked", "weight INT");
    static final FuzzTable<ItemTagRow> ITEM_TAG =
            new FuzzTable<>("item_tag", ItemTagRow.class, "item_id LONG key", "tag CASELESS key", "note TEXT");
    static final FuzzTable<EventRow> EVENT = new FuzzTable<>(
            "event", EventRow.class, "held DATE key", "seq INT key", "owner_id INT tracked", "amount NUMERIC");
    static final FuzzTable<RateRow> RATE =
            new FuzzTable<>("rate", RateRow.class, "amount NUMERIC key", "grade INT", "label CHAR");
    static final FuzzTable<AuditRow> AUDIT =
            new FuzzTable<>("audit", AuditRow.class, "item_id LONG key", "changes INT");
    static final FuzzTable<OwnerValueRow> OWNER_VALUE = new FuzzTable<>(
            "owner_value", OwnerValueRow.class, "id INT tracked", "region CHAR tracked", "items INT", "price NUMERIC");
    static final FuzzTable<RichItemRow> RICH_ITEM =
            new FuzzTable<>("rich_item", RichItemRow.class, "id LONG tracked", "owner_id INT tracked", "price NUMERIC");
    static final FuzzTable<OwnedItemRow> OWNED_ITEM = new FuzzTable<>(
            "owned_item",
            OwnedItemRow.class,
            "id LONG tracked",
            "owner_id INT tracked",
            "price NUMERIC",
            "region CHAR tracked");
    static final FuzzTable<RichOwnedItemRow> RICH_OWNED_ITEM = new FuzzTable<>(
            "rich_owned_item", RichOwnedItemRow.class, "id LONG tracked", "owner_id INT tracked", "price NUMERIC");

    /** What statements write, parents first. */
    static final List<FuzzTable<?>> TABLES = List.of(REGION, OWNER, TAG, RATE, ITEM, DOC, ITEM_TAG, EVENT, AUDIT);

    /** What queries read. */
    static final List<FuzzTable<?>> READABLE = List.of(
            REGION,
            OWNER,
            TAG,
            RATE,
            ITEM,
            DOC,
            ITEM_TAG,
            EVENT,
            AUDIT,
            OWNER_VALUE,
            RICH_ITEM,
            OWNED_ITEM,
            RICH_OWNED_ITEM);

    /** Pairs with exactly one column of the same name and type. */
    static final List<List<FuzzTable<?>>> NATURAL =
            List.of(List.of(DOC, ITEM_TAG), List.of(EVENT, ITEM), List.of(AUDIT, DOC), List.of(EVENT, DOC));

    private FuzzSchema() {}

    static String[] ddl(Database database) {
        boolean postgres = database == Database.POSTGRESQL;
        String caseless = postgres ? "varchar(40) collate caseless" : "varchar_ignorecase(40)";
        List<String> ddl = new ArrayList<>();
        if (postgres)
            ddl.add("create collation caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
        ddl.add("create table region (code char(4) primary key, label varchar(40), rank int)");
        ddl.add("create table owner (id int primary key, email varchar(40) unique, nick " + caseless
                + ", region char(4) references region (code) on delete set null on update cascade, age int,"
                + " score numeric(10, 2))");
        ddl.add("create table tag (name " + caseless + " primary key, parent " + caseless
                + " references tag (name) on delete set null, weight int)");
        ddl.add("create table rate (amount numeric(10, 2) primary key, grade int, label char(4))");
        ddl.add("create table item (id bigint primary key, owner_id int references owner (id) on delete cascade, kind"
                + " varchar(40), price numeric(10, 2), qty int default 0, doubled int generated always as (qty * 2)"
                + (postgres ? " stored" : "") + ")");
        ddl.add("create table doc (id uuid primary key, item_id bigint references item (id) on delete cascade, held"
                + " date, title varchar(40))");
        ddl.add("create table item_tag (item_id bigint references item (id) on delete cascade, tag " + caseless
                + " references tag (name) on delete cascade on update cascade, note varchar(40), primary key"
                + " (item_id, tag))");
        ddl.add("create table event (held date, seq int, owner_id int, amount numeric(10, 2), primary key (held, seq))"
                + (postgres ? " partition by range (held)" : ""));
        if (postgres) {
            ddl.add("create table event_early partition of event for values from (minvalue) to ('2024-01-05')");
            ddl.add("create table event_late partition of event for values from ('2024-01-05') to (maxvalue)");
        }
        ddl.add("create table audit (item_id bigint primary key, changes int)");
        ddl.add("create view owner_value as select o.id, o.region, cast(count(i.id) as int) as items,"
                + " cast(sum(i.price) as numeric(10, 2)) as price from owner o left join item i on i.owner_id = o.id"
                + " group by o.id, o.region");
        ddl.add("create view rich_item as select id, owner_id, price from item where price > 1");
        ddl.add(
                "create view owned_item as select i.id, o.id as owner_id, i.price, o.region from owner o left join item i"
                        + " on i.owner_id = o.id");
        ddl.add("create view rich_owned_item as select r.id, o.owner_id, r.price from rich_item r join owned_item o on"
                + " o.id = r.id");
        if (postgres) {
            ddl.add("create function audited() returns trigger language plpgsql as $$ begin"
                    + " insert into audit (item_id, changes) values (coalesce(new.id, old.id), 1)"
                    + " on conflict (item_id) do update set changes = audit.changes + 1; return null; end $$");
            ddl.add("create trigger item_audit after insert or update or delete on item for each row execute function"
                    + " audited()");
        } else
            ddl.add("create trigger item_audit after insert, update, delete on item for each row call '"
                    + AuditTrigger.class.getName() + "'");
        return ddl.toArray(String[]::new);
    }

    /** What the catalog cannot tell: nobody can look into H2's triggers. */
    static void declare(QueryCacheBuilder settings, Database database) {
        if (database == Database.H2) settings.declareTrigger(table(name("item")), table(name("audit")));
    }

    /** H2's trigger, in Java. */
    public static final class AuditTrigger implements Trigger {
        @Override
        public void fire(Connection connection, Object[] before, Object[] after) throws SQLException {
            try (PreparedStatement statement = connection.prepareStatement("merge into audit a using (values (cast(? as"
                    + " bigint))) n (id) on a.item_id = n.id when matched then update set changes = a.changes + 1 when"
                    + " not matched then insert (item_id, changes) values (n.id, 1)")) {
                statement.setObject(1, (after == null ? before : after)[0]);
                statement.executeUpdate();
            }
        }
    }

    static final class RegionRow extends UpdatableRecordImpl<RegionRow> {
        private static final long serialVersionUID = 1L;

        RegionRow() {
            super(REGION);
        }
    }

    static final class OwnerRow extends UpdatableRecordImpl<OwnerRow> {
        private static final long serialVersionUID = 1L;

        OwnerRow() {
            super(OWNER);
        }
    }

    static final class ItemRow extends UpdatableRecordImpl<ItemRow> {
        private static final long serialVersionUID = 1L;

        ItemRow() {
            super(ITEM);
        }
    }

    static final class DocRow extends UpdatableRecordImpl<DocRow> {
        private static final long serialVersionUID = 1L;

        DocRow() {
            super(DOC);
        }
    }

    static final class TagRow extends UpdatableRecordImpl<TagRow> {
        private static final long serialVersionUID = 1L;

        TagRow() {
            super(TAG);
        }
    }

    static final class ItemTagRow extends UpdatableRecordImpl<ItemTagRow> {
        private static final long serialVersionUID = 1L;

        ItemTagRow() {
            super(ITEM_TAG);
        }
    }

    static final class EventRow extends UpdatableRecordImpl<EventRow> {
        private static final long serialVersionUID = 1L;

        EventRow() {
            super(EVENT);
        }
    }

    static final class RateRow extends UpdatableRecordImpl<RateRow> {
        private static final long serialVersionUID = 1L;

        RateRow() {
            super(RATE);
        }
    }

    static final class AuditRow extends UpdatableRecordImpl<AuditRow> {
        private static final long serialVersionUID = 1L;

        AuditRow() {
            super(AUDIT);
        }
    }

    static final class OwnerValueRow extends UpdatableRecordImpl<OwnerValueRow> {
        private static final long serialVersionUID = 1L;

        OwnerValueRow() {
            super(OWNER_VALUE);
        }
    }

    static final class OwnedItemRow extends UpdatableRecordImpl<OwnedItemRow> {
        private static final long serialVersionUID = 1L;

        OwnedItemRow() {
            super(OWNED_ITEM);
        }
    }

    static final class RichOwnedItemRow extends UpdatableRecordImpl<RichOwnedItemRow> {
        private static final long serialVersionUID = 1L;

        RichOwnedItemRow() {
            super(RICH_OWNED_ITEM);
        }
    }

    static final class RichItemRow extends UpdatableRecordImpl<RichItemRow> {
        private static final long serialVersionUID = 1L;

        RichItemRow() {
            super(RICH_ITEM);
        }
    }
}
