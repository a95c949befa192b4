package com.example;

import static com.example.db.Tables.OWN_BOOK;

/** Uses the names that the own strategy gives. */
public final class Application {

    private Application() {}

    /** The name of a generated table. */
    public static String name() {
        return OWN_BOOK.getName();
    }
}
