package com.example;

import static com.example.db.Tables.BOOK;

/** What compiles with jOOQ's plugin compiles with this one. */
public final class Application {

    private Application() {}

    /** The name of a generated table. */
    public static String name() {
        return BOOK.getName();
    }
}
