package dev.jooqcache.codegen;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** Live databases with a schema. */
final class Schemas {

    static final String[] LIBRARY = {
        "create table author (id int constraint pk_author primary key, name varchar(100) not null)",
        "create table book (id int constraint pk_book primary key, author_id int, title varchar(200),"
                + " constraint fk_author foreign key (author_id) references author (id) on delete cascade)",
        "create table audit_log (id int constraint pk_audit primary key, what varchar(50))",
        "create view book_title as select b.id, b.title, a.name from book b join author a on a.id = b.author_id"
    };

    private Schemas() {}

    /** A new H2 in a file, so that jOOQ finds it after this connection is closed. */
    static String h2(Path directory, String... statements) throws SQLException {
        String url = "jdbc:h2:file:" + directory.resolve("db").toAbsolutePath();
        run(url, statements);
        return url;
    }

    static void run(String url, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) statement.execute(sql);
        }
    }
}
