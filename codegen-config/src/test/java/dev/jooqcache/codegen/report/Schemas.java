package dev.jooqcache.codegen.report;

import dev.jooqcache.inspect.SchemaInspector;
import dev.jooqcache.model.CacheModel;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

/** Models of real schemas. */
final class Schemas {

    private Schemas() {}

    /** The sample's, from its migrations. */
    static CacheModel sample() throws Exception {
        Path migrations = Path.of("../migrations/src/main/resources/db/migration");
        try (Stream<Path> common = Files.list(migrations.resolve("common"));
                Stream<Path> own = Files.list(migrations.resolve("postgresql"))) {
            List<String> scripts = Stream.concat(common, own)
                    .sorted((a, b) -> a.getFileName().compareTo(b.getFileName()))
                    .map(Schemas::read)
                    .toList();
            return postgresql(scripts);
        }
    }

    /** What one finds on PostgreSQL besides: partitions, policies, routines, materialized views, unknown code. */
    static CacheModel varied() throws Exception {
        return postgresql(List.of("""
                create schema app;
                create table app.tenant (id int primary key, name text);
                create table app.sale (id int, day date, tenant_id int references app.tenant (id) on update cascade)
                  partition by range (day);
                create table app.sale_early partition of app.sale for values from ('2000-01-01') to ('2020-01-01');
                create table app.sale_late partition of app.sale for values from ('2020-01-01') to ('2040-01-01');
                alter table app.tenant enable row level security;
                create table app.membership (tenant_id int references app.tenant (id) on delete set null, who text);
                create policy own on app.tenant using (id in (select tenant_id from app.membership));
                create table app.audit (id bigserial primary key, what text);
                create table app.cold (id int primary key);
                create function app.sales(int) returns bigint stable language sql
                  as 'select count(*) from app.sale where tenant_id = $1';
                create view app.busy as select t.id, app.sales(t.id) as n from app.tenant t;
                create materialized view app.summary as select tenant_id, count(*) as n from app.sale group by tenant_id;
                create function app.dynamic() returns trigger language plpgsql
                  as $$begin execute 'delete from app.' || tg_argv[0]; return new; end$$;
                create function app.note() returns trigger language plpgsql
                  as $$begin insert into app.audit (what) values ('x'); return new; end$$;
                create trigger noted after insert or update on app.membership for each row execute function app.note();
                create trigger hidden after delete on app.cold for each row execute function app.dynamic('cold');
                """));
    }

    /** Names that mean something else where they are written. */
    static CacheModel hostile() {
        String url = "jdbc:h2:mem:";
        try (var connection = java.sql.DriverManager.getConnection(url)) {
            DSLContext dsl = DSL.using(connection, SQLDialect.H2);
            dsl.execute("create table \"<script>alert(1)</script>\" (id int primary key)");
            dsl.execute("create table \"a\"\"b'c&amp;d\" (id int primary key, other int, constraint \"x\"\"><img src=x"
                    + " onerror=y>\" foreign key (other) references \"<script>alert(1)</script>\" (id) on delete"
                    + " cascade)");
            dsl.execute("create table \"| pipe ]]> --> ${x} #y\" (id int primary key)");
            dsl.execute("create view \"url(http://evil.example/x)\" as select * from \"a\"\"b'c&amp;d\"");
            dsl.execute("create view \"\u202Eview, view x\" as select * from \"| pipe ]]> --> ${x} #y\"");
            return SchemaInspector.inspect(dsl);
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static CacheModel postgresql(List<String> scripts) throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start();
                var connection = postgres.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            for (String script : scripts) statement.execute(script);
            return SchemaInspector.inspect(DSL.using(connection, SQLDialect.POSTGRES));
        }
    }

    private static String read(Path script) {
        try {
            return Files.readString(script).replace("${flyway:defaultSchema}", "public");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
